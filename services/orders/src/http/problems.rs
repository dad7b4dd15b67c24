//! What went wrong, as problems; the codes are in docs/errors.md.

use actix_web::http::StatusCode;
use platform::Problem;
use platform::etag::precondition_failed;

use crate::app::cancel_order::CancelOrderError;
use crate::app::change_cart::ChangeCartError;
use crate::app::fulfil_order::FulfilOrderError;
use crate::app::operate::OperateError;
use crate::app::place_order::PlaceOrderError;
use crate::app::returns::ReturnError;
use crate::domain::cart::CartError;
use crate::domain::fulfilment::FulfilmentError;
use crate::domain::returns::RequestError;

pub fn cart_problem(error: &CartError) -> Problem {
    let unprocessable = |code, title| Problem::new(StatusCode::UNPROCESSABLE_ENTITY, code, title);
    match error {
        CartError::Frozen => Problem::conflict("cart-frozen", "This cart has become an order"),
        CartError::Empty => unprocessable("cart-empty", "This cart is empty"),
        CartError::TooManyLines => unprocessable("cart-full", "A cart has at most 50 lines"),
        CartError::MixedCurrencies => {
            unprocessable("mixed-currencies", "All lines of a cart must have the same currency")
        }
        CartError::AmountTooLarge => {
            unprocessable("amount-too-large", "The cart is worth more than can be paid")
        }
    }
}

impl From<ChangeCartError> for Problem {
    fn from(error: ChangeCartError) -> Self {
        match error {
            ChangeCartError::NoCart => Self::not_found(),
            ChangeCartError::UnknownSku => {
                Self::new(StatusCode::NOT_FOUND, "unknown-sku", "There is no product with this SKU")
            }
            ChangeCartError::Stale => precondition_failed(),
            ChangeCartError::Cart(error) => cart_problem(&error),
            ChangeCartError::Store(error) => error.into(),
        }
    }
}

impl From<PlaceOrderError> for Problem {
    fn from(error: PlaceOrderError) -> Self {
        match error {
            PlaceOrderError::NoCart => Self::not_found(),
            PlaceOrderError::Changed(changes) => {
                let title = "The cart is not as you saw it; look again";
                Self::conflict("cart-changed", title).changes(changes)
            }
            PlaceOrderError::Cart(error) => cart_problem(&error),
            PlaceOrderError::Store(error) => error.into(),
        }
    }
}

impl From<CancelOrderError> for Problem {
    fn from(error: CancelOrderError) -> Self {
        match error {
            CancelOrderError::NoOrder => Self::not_found(),
            CancelOrderError::NotCancellable(illegal) => {
                Self::conflict("not-cancellable", "This order can't be cancelled (any more)")
                    .detail(format!("it is {}", illegal.state))
            }
            CancelOrderError::Shipped(error) => fulfilment_problem(error),
            CancelOrderError::Store(error) => error.into(),
        }
    }
}

impl From<ReturnError> for Problem {
    fn from(error: ReturnError) -> Self {
        match error {
            ReturnError::NotFound => Self::not_found(),
            ReturnError::NotReturnable(status) => {
                Self::conflict("not-returnable", "Nothing of this order can be returned (yet)")
                    .detail(format!("it is {status:?}"))
            }
            ReturnError::Request(RequestError::TooMany { sku, left }) => Self::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "too-many-returned",
                "More would come back than was bought",
            )
            .detail(format!("{sku}: {left} left to return")),
            ReturnError::Request(error @ (RequestError::Nothing | RequestError::Twice(_))) => {
                Self::invalid().field("lines", error)
            }
            ReturnError::Illegal(illegal) => {
                Self::conflict("return-has-moved-on", "This can't be done with the return now")
                    .detail(format!("it is {}", illegal.state))
            }
            ReturnError::Store(error) => error.into(),
        }
    }
}

impl From<FulfilOrderError> for Problem {
    fn from(error: FulfilOrderError) -> Self {
        match error {
            FulfilOrderError::NoOrder => Self::not_found(),
            FulfilOrderError::Stale => precondition_failed(),
            FulfilOrderError::Fulfilment(error) => fulfilment_problem(error),
            FulfilOrderError::Store(error) => error.into(),
        }
    }
}

impl From<OperateError> for Problem {
    fn from(error: OperateError) -> Self {
        match error {
            OperateError::NoOrder => Self::not_found(),
            OperateError::NothingToRetry => {
                Self::conflict("nothing-to-retry", "Nothing of this order waits for an answer")
            }
            OperateError::NotAbandonable(why) => {
                Self::conflict("not-abandonable", "This order's saga can't be abandoned").detail(why)
            }
            OperateError::Store(error) => error.into(),
        }
    }
}

fn fulfilment_problem(error: FulfilmentError) -> Problem {
    match error {
        FulfilmentError::NotShippable(_) => {
            Problem::conflict("not-shippable", "Only a confirmed order is shipped, and once")
                .detail(error.to_string())
        }
        FulfilmentError::NotDeliverable(_) => {
            Problem::conflict("not-deliverable", "Only an order on its way is delivered, and once")
                .detail(error.to_string())
        }
        FulfilmentError::AlreadyShipped => {
            Problem::conflict("already-shipped", "The goods have left; ask for a return instead")
        }
    }
}
