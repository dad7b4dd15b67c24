//! The pages. None of them holds anybody's data: their scripts ask the API for it, with the shopper's own token.

use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_LANGUAGE, CONTENT_TYPE};
use actix_web::{HttpResponse, web};
use askama::Template;
use kernel::OrderId;

#[derive(Template)]
#[template(path = "products.html")]
struct Products;

#[derive(Template)]
#[template(path = "cart.html")]
struct Cart;

#[derive(Template)]
#[template(path = "checkout.html")]
struct Checkout {
    order_id: OrderId,
    cards: &'static [TestCard],
}

#[derive(Template)]
#[template(path = "order.html")]
struct Order {
    order_id: OrderId,
}

#[derive(Template)]
#[template(path = "login.html")]
struct Login;

#[derive(Template)]
#[template(path = "not_found.html")]
struct NotFound;

/// A card of the simulated provider; the script of the card form knows what becomes of it.
struct TestCard {
    number: &'static str,
    label: &'static str,
}

const TEST_CARDS: &[TestCard] = &[
    TestCard { number: "4242 4242 4242 4242", label: "is accepted" },
    TestCard { number: "4000 0000 0000 0002", label: "is declined" },
    TestCard { number: "4000 0000 0000 9995", label: "has not enough money" },
    TestCard { number: "4000 0000 0000 6660", label: "is accepted, but the bank's answer gets lost" },
    TestCard { number: "4000 0000 0000 3006", label: "is accepted, but the bank answers late" },
    TestCard { number: "4000 0000 0000 0341", label: "is accepted at first, then the charge is refused" },
    TestCard { number: "4000 0000 0000 0259", label: "is charged, then the bank takes the money back" },
];

pub async fn products() -> HttpResponse {
    html(StatusCode::OK, &Products)
}

pub async fn cart() -> HttpResponse {
    html(StatusCode::OK, &Cart)
}

pub async fn login() -> HttpResponse {
    html(StatusCode::OK, &Login)
}

pub async fn checkout(order_id: web::Path<String>) -> HttpResponse {
    match order_id.parse() {
        Ok(order_id) => html(StatusCode::OK, &Checkout { order_id, cards: TEST_CARDS }),
        Err(_) => not_found().await,
    }
}

pub async fn order(order_id: web::Path<String>) -> HttpResponse {
    match order_id.parse() {
        Ok(order_id) => html(StatusCode::OK, &Order { order_id }),
        Err(_) => not_found().await,
    }
}

pub async fn not_found() -> HttpResponse {
    html(StatusCode::NOT_FOUND, &NotFound)
}

fn html(status: StatusCode, page: &impl Template) -> HttpResponse {
    let text = page.render().expect("the pages write to memory");
    HttpResponse::build(status)
        .insert_header((CONTENT_TYPE, "text/html; charset=utf-8"))
        .insert_header((CONTENT_LANGUAGE, "en"))
        // They name the version of their scripts: an old page must not outlive an update.
        .insert_header((CACHE_CONTROL, "no-cache"))
        .body(text)
}
