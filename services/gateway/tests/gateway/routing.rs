//! Which request goes where, and who is let through.

use contracts::Role;
use contracts::api::users::UserRole;
use reqwest::Method;

use crate::shop::Shop;

const ORDER: &str = "/api/v1/orders/0199aaaa-0000-7000-8000-000000000000";
const SUBSCRIPTION: &str = "/api/v1/push-subscriptions/0199aaaa-0000-7000-8000-000000000000";
const CART: &str = "/api/v1/carts/0199aaaa-0000-7000-8000-000000000000";

#[tokio::test(flavor = "multi_thread")]
async fn each_route_leads_to_its_service_with_path_and_query_as_they_came() {
    let shop = Shop::open().await;
    let seller = testkit::seller();
    let (events, cancel) = (format!("{ORDER}/events?limit=2&after=x%20y"), format!("{ORDER}/cancellations"));
    let item = format!("{CART}/items/CHAIR-1");
    let routes = [
        (Method::POST, "/api/v1/users", Role::Users),
        (Method::GET, "/api/v1/users/me", Role::Users),
        (Method::POST, "/api/v1/sessions", Role::Users),
        (Method::GET, "/.well-known/jwks.json", Role::Users),
        (Method::GET, "/api/v1/products?limit=5", Role::Catalog),
        (Method::POST, "/api/v1/products", Role::Catalog),
        (Method::GET, "/api/v1/products/0199aaaa-0000-7000-8000-000000000000", Role::Catalog),
        (Method::GET, "/api/v1/stock/CHAIR-1", Role::Inventory),
        (Method::PUT, "/api/v1/stock/CHAIR-1", Role::Inventory),
        (Method::GET, "/api/v1/stock?low=true", Role::Inventory),
        (Method::POST, "/api/v1/stock/CHAIR-1/adjustments", Role::Inventory),
        (Method::PUT, "/api/v1/stock/CHAIR-1/threshold", Role::Inventory),
        (Method::GET, "/api/v1/stock/CHAIR-1/movements?limit=5", Role::Inventory),
        (Method::POST, "/api/v1/carts", Role::Orders),
        (Method::GET, CART, Role::Orders),
        (Method::PUT, &item, Role::Orders),
        (Method::DELETE, &item, Role::Orders),
        (Method::POST, "/api/v1/orders", Role::Orders),
        (Method::GET, "/api/v1/orders?after=a", Role::Orders),
        (Method::GET, &events, Role::Orders),
        (Method::POST, &cancel, Role::Orders),
        (Method::GET, "/api/v1/payments/0199aaaa-0000-7000-8000-000000000000", Role::Payments),
        (Method::GET, "/api/v1/notifications?limit=5", Role::Notifications),
        (Method::GET, "/api/v1/notification-preferences", Role::Notifications),
        (Method::PUT, "/api/v1/notification-preferences", Role::Notifications),
        (Method::GET, "/api/v1/push-subscriptions", Role::Notifications),
        (Method::POST, "/api/v1/push-subscriptions", Role::Notifications),
        (Method::DELETE, SUBSCRIPTION, Role::Notifications),
        (Method::GET, "/api/v1/push-key", Role::Notifications),
        (Method::GET, "/", Role::Storefront),
        (Method::GET, "/assets/a/b.css?v=1", Role::Storefront),
    ];
    for (method, path, role) in routes {
        let answer = shop.app.request(method.clone(), path).by(&seller).send().await;
        assert_eq!(answer.text(), format!("200 OK {role}"), "{method} {path}");
        let seen = shop.seen(role).await.pop().unwrap();
        let query = seen.url.query().map(|query| format!("?{query}")).unwrap_or_default();
        assert_eq!(
            (seen.method.as_str(), format!("{}{query}", seen.url.path())),
            (method.as_str(), path.to_owned())
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_good_token_nothing_gets_past_the_door() {
    let shop = Shop::open().await;
    let (user, roles) = testkit::customer();
    let expired = shop.app.tokens.token(user, &roles, -60);
    let cancel = format!("{ORDER}/cancellations");
    let closed = [
        (Method::GET, "/api/v1/users/me", Role::Users),
        (Method::POST, "/api/v1/products", Role::Catalog),
        (Method::GET, "/api/v1/stock/CHAIR-1", Role::Inventory),
        (Method::PUT, "/api/v1/stock/CHAIR-1", Role::Inventory),
        (Method::GET, "/api/v1/stock?low=true", Role::Inventory),
        (Method::POST, "/api/v1/stock/CHAIR-1/adjustments", Role::Inventory),
        (Method::PUT, "/api/v1/stock/CHAIR-1/threshold", Role::Inventory),
        (Method::GET, "/api/v1/stock/CHAIR-1/movements?limit=5", Role::Inventory),
        (Method::POST, "/api/v1/carts", Role::Orders),
        (Method::GET, CART, Role::Orders),
        (Method::POST, "/api/v1/orders", Role::Orders),
        (Method::GET, ORDER, Role::Orders),
        (Method::POST, &cancel, Role::Orders),
        (Method::GET, "/api/v1/payments/0199aaaa-0000-7000-8000-000000000000", Role::Payments),
        (Method::POST, "/api/v1/payments", Role::Orders),
        (Method::GET, "/api/v1/notifications", Role::Notifications),
        (Method::GET, "/api/v1/notification-preferences", Role::Notifications),
        (Method::PUT, "/api/v1/notification-preferences", Role::Notifications),
        (Method::GET, "/api/v1/push-subscriptions", Role::Notifications),
        (Method::POST, "/api/v1/push-subscriptions", Role::Notifications),
        (Method::DELETE, SUBSCRIPTION, Role::Notifications),
        (Method::GET, "/api/v1/push-key", Role::Notifications),
    ];
    for (method, path, role) in closed {
        let ask = || shop.app.request(method.clone(), path);
        assert_eq!(ask().send().await.problem(401), "unauthenticated", "{method} {path}");
        assert_eq!(ask().bearer("a.b.c").send().await.problem(401), "unauthenticated", "{method} {path}");
        assert_eq!(ask().bearer(&expired).send().await.problem(401), "unauthenticated", "{method} {path}");
        assert!(shop.seen(role).await.is_empty(), "{method} {path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_for_sellers_is_not_for_customers() {
    let shop = Shop::open().await;
    let customer = testkit::customer();
    for (method, path) in [
        (Method::POST, "/api/v1/products"),
        (Method::GET, "/api/v1/stock"),
        (Method::GET, "/api/v1/stock/A"),
        (Method::PUT, "/api/v1/stock/A"),
        (Method::POST, "/api/v1/stock/A/adjustments"),
        (Method::PUT, "/api/v1/stock/A/threshold"),
        (Method::GET, "/api/v1/stock/A/movements"),
    ] {
        assert_eq!(shop.app.request(method, path).by(&customer).send().await.problem(403), "forbidden");
    }
    assert!(shop.seen(Role::Catalog).await.is_empty() && shop.seen(Role::Inventory).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn returns_and_sagas_lead_to_orders_and_what_is_for_the_shops_people_is_not_for_others() {
    let shop = Shop::open().await;
    let person = |role| (kernel::UserId::new(), vec![role]);
    let (returned, saga) = (ORDER.replace("orders", "returns"), ORDER.replace("orders", "sagas"));
    let (returns, withdraw) = (format!("{ORDER}/returns"), format!("{returned}/withdrawals"));
    let open = [
        (Method::GET, &returns),
        (Method::POST, &returns),
        (Method::GET, &returned),
        (Method::POST, &withdraw),
    ];
    for (method, path) in open {
        let answer = shop.app.request(method.clone(), path).by(&testkit::customer()).send().await;
        assert_eq!(answer.text(), "200 OK orders", "{method} {path}");
    }
    let closed = [
        (Method::POST, format!("{returned}/approvals")),
        (Method::POST, format!("{returned}/refusals")),
        (Method::POST, format!("{returned}/receipts")),
        (Method::GET, "/api/v1/sagas".to_owned()),
        (Method::GET, saga.clone()),
        (Method::POST, format!("{saga}/retries")),
        (Method::POST, format!("{saga}/abandonments")),
    ];
    for (method, path) in closed {
        for role in [UserRole::Support, UserRole::Admin] {
            let answer = shop.app.request(method.clone(), &path).by(&person(role)).send().await;
            assert_eq!(answer.text(), "200 OK orders", "{method} {path}");
        }
        for role in [UserRole::Customer, UserRole::Seller] {
            let answer = shop.app.request(method.clone(), &path).by(&person(role)).send().await;
            assert_eq!(answer.problem(403), "forbidden", "{method} {path}");
        }
        assert_eq!(shop.app.request(method, &path).send().await.problem(401), "unauthenticated");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn unknown_paths_and_methods_are_problems() {
    let shop = Shop::open().await;
    for path in ["/api", "/api/", "/api/v1/secrets", "/api/v2/products", "/api/v1/orders/a/b/c"] {
        let answer = shop.app.get(path).by(&testkit::customer()).send().await;
        if path == "/api" {
            assert_eq!(answer.text(), "200 OK storefront", "a page like any other");
        } else {
            assert_eq!(answer.problem(404), "not-found", "{path}");
        }
    }
    let answer = shop.app.delete("/api/v1/products").send().await;
    assert_eq!(answer.problem(405), "method-not-allowed");
    assert_eq!(answer.headers["allow"], "GET, POST");
    assert_eq!(shop.app.post("/cart").send().await.problem(405), "method-not-allowed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_path_that_leads_elsewhere_is_refused() {
    let shop = Shop::open().await;
    for path in ["/api/v1/products/..%2f..%2fusers%2fme", "/api/v1/products/%5c", "/assets/a%00b"] {
        assert_eq!(shop.app.get(path).send().await.problem(400), "invalid-path", "{path}");
    }
    assert!(shop.seen(Role::Catalog).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_stack_has_not_is_not_found() {
    let shop = Shop::open_with(&[("STOREFRONT_URL", ""), ("PAYMENTS_URL", "")]).await;
    let customer = testkit::customer();
    assert_eq!(shop.app.get("/").send().await.problem(404), "not-found");
    let payment = serde_json::json!({ "order_id": kernel::OrderId::new(), "payment_token": "tok" });
    let pay = shop.app.post("/api/v1/payments").by(&customer).idempotency_key("k").json(&payment);
    assert_eq!(pay.send().await.problem(404), "not-found");
    assert_eq!(shop.app.get("/api/v1/products").send().await.status, 200);
}
