//! What went wrong, as problems; the codes are in docs/errors.md.

use actix_web::http::StatusCode;
use platform::Problem;

use crate::app::cancel_order::CancelOrderError;
use crate::app::change_cart::ChangeCartError;
use crate::app::place_order::PlaceOrderError;
use crate::domain::cart::CartError;

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
            ChangeCartError::Cart(error) => cart_problem(&error),
            ChangeCartError::Store(error) => error.into(),
        }
    }
}

impl From<PlaceOrderError> for Problem {
    fn from(error: PlaceOrderError) -> Self {
        match error {
            PlaceOrderError::NoCart => Self::not_found(),
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
            CancelOrderError::Store(error) => error.into(),
        }
    }
}
