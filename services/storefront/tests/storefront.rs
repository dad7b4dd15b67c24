//! The pages and what they are made of, over HTTP.
#![expect(clippy::unwrap_used, reason = "a helper that can't go on fails where it is")]

use contracts::api::orders::OrderStatus;
use contracts::inbound::{inventory, orders, payments};
use kernel::{Currency, OrderId};
use testkit::{Response, TestApp};

async fn start() -> TestApp {
    TestApp::start(storefront::SERVICE).await
}

async fn page(app: &TestApp, path: &str, status: u16) -> String {
    let answer = app.get(path).send().await;
    assert_eq!(answer.status.as_u16(), status, "{path}");
    assert_eq!(answer.headers["content-type"], "text/html; charset=utf-8", "{path}");
    assert_eq!(answer.headers["cache-control"], "no-cache", "{path}");
    String::from_utf8(answer.body).unwrap()
}

/// What `attribute` says, wherever it stands.
fn values<'a>(html: &'a str, attribute: &str) -> Vec<&'a str> {
    let opening = format!(" {attribute}=\"");
    html.split(&opening).skip(1).map(|rest| rest.split_once('"').unwrap().0).collect()
}

fn test_ids(html: &str) -> Vec<&str> {
    values(html, "data-testid")
}

#[tokio::test(flavor = "multi_thread")]
async fn each_page_has_its_landmarks_and_what_a_shopper_needs() {
    let app = start().await;
    let order = OrderId::new();
    let pages: [(String, &[&str]); 5] = [
        (
            "/".to_owned(),
            &["products", "product-card", "product-price", "product-availability", "add-to-cart"],
        ),
        ("/cart".to_owned(), &["cart-line", "quantity", "cart-changes", "cart-total", "checkout-button"]),
        (
            format!("/checkout/{order}"),
            &["order-line", "order-total", "card-number", "card-expiry", "card-code", "pay-button"],
        ),
        (
            format!("/orders/{order}"),
            &["order-status", "order-reason", "order-event", "order-events", "cancel-button"],
        ),
        (
            "/login".to_owned(),
            &["login-email", "login-password", "login-button", "register-email", "register-button"],
        ),
    ];
    for (path, needed) in pages {
        let html = page(&app, &path, 200).await;
        for landmark in ["<html lang=\"en\">", "<header", "<nav", "<main", "<footer", "<h1", "role=\"alert\""]
        {
            assert_eq!(html.matches(landmark).count(), 1, "{landmark} on {path}");
        }
        let found = test_ids(&html);
        for id in needed.iter().chain(&["cart-badge", "problem", "notice"]) {
            assert!(found.contains(id), "{id} on {path}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_order_is_the_one_in_the_path() {
    let app = start().await;
    let order = OrderId::new();
    for path in [format!("/checkout/{order}"), format!("/orders/{order}")] {
        let html = page(&app, &path, 200).await;
        assert_eq!(values(&html, "data-order-id"), [order.to_string()]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_is_a_page_too() {
    let app = start().await;
    for path in [
        "/nothing",
        "/orders/",
        "/orders/1",
        "/checkout/%22%3E%3Cscript%3E",
        "/assets/no.css",
        "/assets/../Cargo.toml",
    ] {
        let html = page(&app, path, 404).await;
        assert!(test_ids(&html).contains(&"not-found") && !html.contains("><script>"), "{path}");
    }
    assert_eq!(app.post("/cart").send().await.status.as_u16(), 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pages_obey_a_policy_without_inline_scripts_and_styles() {
    let app = start().await;
    let order = OrderId::new();
    let paths =
        ["/", "/cart", "/login", "/nothing", &format!("/orders/{order}"), &format!("/checkout/{order}")];
    for path in paths {
        let html = app.get(path).send().await.text();
        for tag in html.split("<script").skip(1) {
            assert!(
                tag.starts_with(" type=\"module\" src=\"/assets/") && tag.contains("></script>"),
                "{tag}"
            );
        }
        for inline in ["<style", " style=", " onclick=", " onsubmit=", "javascript:", "http://", "https://"] {
            assert!(!html.contains(inline), "{inline} on {path}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_that_a_page_names_is_there_with_its_type_and_stays_in_the_browser() {
    let app = start().await;
    let html = page(&app, &format!("/orders/{}", OrderId::new()), 200).await;
    let mut named: Vec<String> =
        [values(&html, "href"), values(&html, "src")].concat().into_iter().map(str::to_owned).collect();
    named.retain(|path| path.starts_with("/assets/"));
    assert_eq!(named.len(), 4, "{named:?}");
    let base = named[0].rsplit_once('/').unwrap().0.to_owned();
    // What the scripts and styles load themselves.
    named.extend(
        ["page.js", "api.js", "money.js", "words.js", "chevron.svg"].map(|file| format!("{base}/{file}")),
    );

    for path in named {
        let answer = app.get(&path).send().await;
        assert_eq!(
            answer.status, 200,
            "{path}: is Bootstrap there? services/storefront/fetch-assets gets it"
        );
        let expected = match path.rsplit_once('.').unwrap().1 {
            "css" => "text/css; charset=utf-8",
            "js" => "text/javascript; charset=utf-8",
            _ => "image/svg+xml",
        };
        assert_eq!(answer.headers["content-type"], expected, "{path}");
        assert!(header(&answer, "cache-control").ends_with("immutable"), "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_sent_once_and_again_only_when_it_has_changed() {
    let app = start().await;
    let path = "/assets/vendor/bootstrap.min.css";
    let first = app.get(path).send().await;
    assert_eq!((first.status.as_u16(), header(&first, "cache-control")), (200, "no-cache"));

    let again = app.get(path).header("if-none-match", header(&first, "etag")).send().await;
    assert_eq!((again.status.as_u16(), again.body.len()), (304, 0));
    let changed = app.get(path).header("if-none-match", "W/\"other\"").send().await;
    assert_eq!((changed.status.as_u16(), changed.body), (200, first.body));

    let packed = app.get(path).header("accept-encoding", "gzip").send().await;
    assert_eq!(header(&packed, "content-encoding"), "gzip");
    // Of another version, so it must not be kept under that version's name.
    let old = app.get("/assets/v-0123456789ab/shop.css").send().await;
    assert_eq!((old.status.as_u16(), header(&old, "cache-control")), (200, "no-cache"));
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_and_files_answer_to_head() {
    let app = start().await;
    for path in ["/", "/login", "/assets/api.js"] {
        let answer = app.request(reqwest::Method::HEAD, path).send().await;
        assert_eq!((answer.status.as_u16(), answer.body.len()), (200, 0), "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_scripts_have_words_for_every_message_and_status_of_an_order() {
    let app = start().await;
    let words = app.get("/assets/words.js").send().await.text();
    let own = ["order.created.v1", "order.confirmed.v1", "order.rejected.v1", "order.cancelled.v1"];
    let later = ["order.shipped.v1", "order.completed.v1"];
    let returns = ["return.requested.v1", "return.approved.v1", "return.closed.v1", "return.completed.v1"];
    let kinds = [
        own.as_slice(),
        &later,
        &returns,
        inventory::Commands::TYPES,
        payments::Commands::TYPES,
        payments::Submissions::TYPES,
        orders::StockAnswers::TYPES,
        orders::PaymentAnswers::TYPES,
    ];
    for kind in kinds.concat() {
        assert!(words.contains(&format!("\"{kind}\": ")), "{kind}");
    }
    use OrderStatus::*;
    let under_way = [Pending, AwaitingPayment, Authorized, Unwinding];
    let over = [Confirmed, Fulfilling, Completed, Returned, Rejected, Cancelled];
    for status in under_way.into_iter().chain(over) {
        let name = serde_json::to_value(status).unwrap();
        assert!(words.contains(&format!("  {}: [", name.as_str().unwrap())), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_scripts_know_the_exponent_of_every_currency() {
    let app = start().await;
    let money = app.get("/assets/money.js").send().await.text();
    for currency in [Currency::Eur, Currency::Usd, Currency::Gbp, Currency::Mxn, Currency::Cop, Currency::Jpy]
    {
        assert!(money.contains(&format!("{currency}: {}", currency.exponent())), "{currency}");
    }
}

fn header<'a>(answer: &'a Response, name: &str) -> &'a str {
    answer.headers[name].to_str().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn it_tells_its_load() {
    start().await.tells_its_load().await;
}
