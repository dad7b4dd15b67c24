//! The words in English.

use contracts::api::orders::{EndReason, ReturnEndReason};
use contracts::api::payments::DeclineReason;
use contracts::api::users::Locale;
use contracts::inbound::notifications::{OrderNews, PaymentNews, StockNews};

use super::News;
use super::amount::{amount, day};
use super::letter::{Letter, Words, short_number};

const EN: Locale = Locale::En;

pub fn letter(news: &News, name: &str) -> Letter {
    let words = match news {
        News::Order(news) => of_order(news),
        News::Payment(news) => of_payment(news),
        News::Stock(news) => of_stock(news),
    };
    let order_id = news.order_id();
    let order = order_id.map(|order| ("Order", order.to_string()));
    Letter {
        locale: EN,
        subject: words.subject,
        greeting: format!("Hello {name},"),
        body: words.body,
        facts: order.into_iter().chain(words.facts).collect(),
        next: words.next,
        short: words.short,
        link: "See the order",
        reason: if news.template().required {
            "You get this message because of your order. It is part of our contract and can't be turned off."
        } else {
            "You get this message because you have not turned such news off in your account."
        },
        order_id,
    }
}

fn of_order(news: &OrderNews) -> Words {
    match news {
        OrderNews::OrderConfirmed(it) => {
            let (number, total) = (short_number(it.order_id), amount(it.total, EN));
            Words::new(
                format!("Your order {number} is confirmed"),
                "Thank you for your order. It is paid and the goods are set aside for you.",
                "We pack it now and write to you when it is on its way. The invoice comes in a mail of its own.",
                format!("Your order {number} over {total} is confirmed. We write when it is on its way."),
            )
            .fact("Paid", total)
        }
        OrderNews::OrderRejected(it) => {
            let number = short_number(it.order_id);
            Words::new(
                format!("Your order {number} could not be completed"),
                why(&it.reason),
                "You pay nothing: what your bank may have set aside is released, at the latest in some days. You are welcome to order again.",
                format!("Your order {number} could not be completed. You pay nothing."),
            )
        }
        OrderNews::OrderCancelled(it) => {
            let number = short_number(it.order_id);
            Words::new(
                format!("Your order {number} is cancelled"),
                why(&it.reason),
                "There is nothing left for you to do. You pay nothing, and money that was already charged goes back the way it came, in some days.",
                format!("Your order {number} is cancelled. You pay nothing."),
            )
        }
        OrderNews::OrderShipped(it) => {
            let number = short_number(it.order_id);
            Words::new(
                format!("Your order {number} is on its way"),
                "Your order has left our warehouse.",
                "Its address can't be changed any more. What you don't want you can send back once it is there.",
                format!("Your order {number} is on its way."),
            )
        }
        OrderNews::OrderCompleted(it) => {
            let number = short_number(it.order_id);
            Words::new(
                format!("Your order {number} has arrived"),
                "Your order has been delivered. We hope you like it.",
                "Is something wrong or missing? Ask for a return on the page of the order.",
                format!("Your order {number} has been delivered."),
            )
        }
        OrderNews::ReturnApproved(it) => {
            let number = short_number(it.order_id);
            Words::new(
                format!("Your return for order {number} is approved"),
                "We take the goods back.",
                "Please pack them well, put the number of the return in the parcel and send it to us. Once it is here you get your money back.",
                format!("Your return for order {number} is approved. Please send the goods to us."),
            )
            .fact("Return", it.return_id.to_string())
        }
        OrderNews::ReturnClosed(it) => {
            let number = short_number(it.order_id);
            Words::new(
                format!("Your return for order {number} is closed"),
                why_closed(&it.reason),
                "No money has moved. If you think this is a mistake, write to our support team.",
                format!("Your return for order {number} is closed. No money has moved."),
            )
            .fact("Return", it.return_id.to_string())
        }
        OrderNews::ReturnCompleted(it) => {
            let (number, back) = (short_number(it.order_id), amount(it.amount, EN));
            Words::new(
                format!("Your money for order {number} is on its way back"),
                "The goods have arrived and we have given your money back.",
                "It goes the way it came. Depending on your bank you see it in some days.",
                format!(
                    "You get {back} back for order {number}. Depending on your bank this takes some days."
                ),
            )
            .fact("Return", it.return_id.to_string())
            .fact("Given back", back)
        }
    }
}

fn of_payment(news: &PaymentNews) -> Words {
    match news {
        PaymentNews::InvoiceIssued(it) => Words::new(
            format!("Invoice {}", it.invoice_number),
            "This is the invoice for your order. It is paid.",
            "There is nothing left for you to do. Please keep it with your papers.",
            format!("Invoice {} over {}.", it.invoice_number, amount(it.amount, EN)),
        )
        .fact("Invoice", it.invoice_number.as_str())
        .fact("Date", day(it.issued_at, EN))
        .fact("Paid", amount(it.amount, EN)),
        PaymentNews::ChargebackReceived(it) => {
            let (number, back) = (short_number(it.order_id), amount(it.amount, EN));
            Words::new(
                format!("Your bank has taken back the payment for order {number}"),
                "Your bank tells us that the payment for your order was disputed, and has taken the money back from us.",
                "If that was not you, or was a mistake, please answer to this mail or write to our support team, so that we can settle it together.",
                format!("Your bank has taken back {back} for order {number}. Please write to us."),
            )
            .fact("Taken back", back)
        }
    }
}

fn of_stock(news: &StockNews) -> Words {
    let StockNews::StockLow(it) = news;
    let (sku, available, threshold) = (&it.sku, it.available, it.threshold);
    Words::new(
        format!("Only {available} left of {sku}"),
        format!("{sku} can be bought {available} more times. You asked to be told below {threshold}."),
        "Please restock in time: what is not there can't be sold. We tell you again when it has been full in between.",
        format!("Only {available} left of {sku} (you want {threshold})."),
    )
    .fact("SKU", sku.as_str())
    .fact("Available", available.to_string())
}

fn why(reason: &EndReason) -> String {
    match reason {
        EndReason::OutOfStock { shortages } => {
            let missing: Vec<String> = shortages
                .iter()
                .map(|short| {
                    format!("{} ({} wanted, {} there)", short.sku, short.wanted, short.available.max(0))
                })
                .collect();
            format!("Somebody was faster than you: we no longer have enough of {}.", missing.join(", "))
        }
        EndReason::PaymentDeclined { reason } => {
            format!("The payment was declined: {}.", declined(*reason))
        }
        EndReason::PaymentTimedOut => "We did not receive a payment in time.".to_owned(),
        EndReason::ReservationExpired => {
            "We could not hold the goods for you any longer, and they are sold.".to_owned()
        }
        EndReason::CaptureFailed { reason } => {
            format!("Your bank refused the charge in the end: {}.", declined(*reason))
        }
        EndReason::Abandoned => {
            "We could not complete your order, and our support team has ended it.".to_owned()
        }
        EndReason::CustomerCancelled => "We have cancelled your order, as you asked.".to_owned(),
    }
}

fn why_closed(reason: &ReturnEndReason) -> String {
    match reason {
        ReturnEndReason::Refused { note } => {
            format!("We can't accept the return. Our support team says: {note}")
        }
        ReturnEndReason::Withdrawn => "You have taken it back, so you keep the goods.".to_owned(),
        ReturnEndReason::GoodsNeverCame => "The goods did not reach us in time.".to_owned(),
        ReturnEndReason::RefundFailed { reason } => format!(
            "We could not give the money back: {}. We send the goods to you again.",
            declined(*reason)
        ),
    }
}

fn declined(reason: DeclineReason) -> &'static str {
    match reason {
        DeclineReason::CardDeclined => "the bank did not accept the card",
        DeclineReason::InsufficientFunds => "there was not enough money on the card",
        DeclineReason::UnknownToken => "the card's details were not valid any more",
        DeclineReason::CaptureRefused => "the bank did not let us charge the card",
        DeclineReason::ExpiredCard => "the card has expired",
        DeclineReason::AuthenticationRequired => {
            "the bank wanted you to confirm the payment, and that did not happen"
        }
        DeclineReason::AuthorizationExpired => "the bank's approval had run out",
        DeclineReason::ChargedBack => "your bank has already taken the money back",
        DeclineReason::NothingLeft => "the whole amount was given back before",
    }
}
