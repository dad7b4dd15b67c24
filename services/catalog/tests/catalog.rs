//! The catalogue as its callers and its neighbours see it: HTTP and messages, on a real database and broker.
#![expect(clippy::unwrap_used, reason = "a test that can't go on fails where it stands")]

use catalog::SERVICE;
use contracts::api::users::UserRole;
use contracts::api::{Page, ProblemBody, catalog::ProductView};
use contracts::messages::catalog::{ProductPriceChanged, ProductPublished, ProductWithdrawn};
use contracts::messages::inventory::StockLevelChanged;
use contracts::{Role, topology};
use kernel::{Clock, ProductId, Sku, UserId};
use platform::outbox::Event;
use serde_json::{Value, json};
use testkit::{TestApp, customer, eventually, seller};

type Person = (UserId, Vec<UserRole>);

fn chair(sku: &str) -> Value {
    json!({ "sku": sku, "name": "Chair", "description": "Four legs", "price": { "amount_minor": 1999, "currency": "EUR" } })
}

async fn published(app: &TestApp, seller: &Person, sku: &str) -> ProductView {
    app.post("/api/v1/products").by(seller).json(&chair(sku)).send().await.expect(201)
}

async fn product(app: &TestApp, id: ProductId) -> ProductView {
    app.get(&format!("/api/v1/products/{id}")).send().await.expect(200)
}

/// A level as inventory announces it; the version orders those of one SKU.
fn level(sku: &str, available: i64, version: i64) -> Event {
    let sku = Sku::parse(sku).unwrap();
    let level = StockLevelChanged { sku, on_hand: available, available };
    Event::new(&level, Clock::default().now()).version(version)
}

async fn availability_becomes(app: &TestApp, id: ProductId, available: i64) {
    eventually(&format!("{available} are available"), async || {
        (product(app, id).await.available == available).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seller_publishes_a_product_that_everyone_can_read() {
    let (app, seller) = (TestApp::start(SERVICE).await, seller());

    let answer = app.post("/api/v1/products").by(&seller).json(&chair("CHAIR-1")).send().await;

    let created: ProductView = answer.expect(201);
    assert_eq!(answer.headers["location"], format!("/api/v1/products/{}", created.id));
    assert_eq!((created.sku.as_str(), created.seller_id, created.available), ("CHAIR-1", seller.0, 0));
    assert_eq!(product(&app, created.id).await, created);

    let message = app.published.first::<ProductPublished>().await;
    assert_eq!((message.product_id, message.sku, message.price), (created.id, created.sku, created.price));
    assert_eq!((message.seller_id, message.name), (seller.0, created.name));
}

#[tokio::test(flavor = "multi_thread")]
async fn only_sellers_publish() {
    let app = TestApp::start(SERVICE).await;
    let post = || app.post("/api/v1/products").json(&chair("CHAIR-1"));
    let expired = app.tokens.token(UserId::new(), &[UserRole::Seller], -60);

    assert_eq!(post().send().await.problem(401), "unauthenticated");
    assert_eq!(post().bearer(&expired).send().await.problem(401), "unauthenticated");
    assert_eq!(post().bearer("made.up.token").send().await.problem(401), "unauthenticated");
    assert_eq!(post().by(&customer()).send().await.problem(403), "forbidden");

    assert_eq!(app.database().number("SELECT count(*) AS number FROM products").await, 0);
    assert_eq!(app.published.count::<ProductPublished>(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_is_not_a_product_is_refused_and_changes_nothing() {
    let (app, seller) = (TestApp::start(SERVICE).await, seller());
    let with = |field: &str, value: Value| {
        let mut body = chair("CHAIR-1");
        body[field] = value;
        body
    };
    let price = |amount: i64| json!({ "amount_minor": amount, "currency": "EUR" });
    let wrong = [
        with("sku", json!("lower case")),
        with("name", json!("   ")),
        with("name", json!("x".repeat(201))),
        with("name", json!("NUL \0")),
        with("description", json!("x".repeat(5_001))),
        with("price", price(0)),
        with("price", price(-1)),
        with("price", price(1_000_000_000_001)),
        with("price", json!({ "amount_minor": 19.99, "currency": "EUR" })),
        with("price", json!({ "amount_minor": 1999, "currency": "XXX" })),
        json!({ "sku": "CHAIR-1" }),
    ];

    for body in wrong {
        let answer = app.post("/api/v1/products").by(&seller).json(&body).send().await;
        assert_eq!(answer.problem(422), "invalid-body", "{body}");
    }
    let post = || app.post("/api/v1/products").by(&seller);
    assert_eq!(post().body("application/json", "{").send().await.problem(400), "malformed-body");
    assert_eq!(post().body("text/plain", "a chair").send().await.problem(415), "unsupported-media-type");
    let large = with("description", json!("x".repeat(70_000)));
    assert_eq!(post().json(&large).send().await.problem(413), "body-too-large");

    assert_eq!(app.database().number("SELECT count(*) AS number FROM products").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_names_every_wrong_field() {
    let app = TestApp::start(SERVICE).await;
    let body = json!({ "sku": "A", "name": "", "price": { "amount_minor": 0, "currency": "EUR" } });

    let answer = app.post("/api/v1/products").by(&seller()).json(&body).send().await;

    let fields: Vec<String> =
        answer.expect::<ProblemBody>(422).errors.into_iter().map(|error| error.field).collect();
    assert_eq!(fields, ["name", "price.amount_minor"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sku_is_sold_by_one_product_even_when_many_want_it_at_once() {
    let (app, mine, theirs) = (TestApp::start(SERVICE).await, seller(), seller());
    let post = async |seller: &Person| {
        app.post("/api/v1/products").by(seller).json(&chair("CHAIR-1")).send().await.status.as_u16()
    };

    let (a, b, c, d) = futures::join!(post(&mine), post(&theirs), post(&mine), post(&theirs));

    let mut statuses = [a, b, c, d];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409, 409, 409]);
    let again = app.post("/api/v1/products").by(&theirs).json(&chair("CHAIR-1")).send().await;
    assert_eq!(again.problem(409), "sku-taken");
    app.published.first::<ProductPublished>().await;
    assert_eq!(app.published.count::<ProductPublished>(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_is_newest_first_and_followed_by_its_links() {
    let (app, seller) = (TestApp::start(SERVICE).await, seller());
    for number in 1..=5 {
        published(&app, &seller, &format!("CHAIR-{number}")).await;
    }
    app.broker.deliver_envelope(level("CHAIR-5", 7, 1).envelope()).await;
    eventually("the level is known", async || {
        let page: Page<ProductView> = app.get("/api/v1/products").send().await.expect(200);
        (page.data[0].available == 7).then_some(())
    })
    .await;

    let (mut seen, mut next) = (vec![], Some("/api/v1/products?limit=2".to_owned()));
    while let Some(path) = next {
        let answer = app.get(&path).send().await;
        let page: Page<ProductView> = answer.expect(200);
        assert!(page.data.len() <= 2);
        seen.extend(page.data.into_iter().map(|product| (product.sku.to_string(), product.available)));
        next = answer.headers.get("link").map(|link| {
            let link = link.to_str().unwrap();
            link.strip_prefix('<').unwrap().strip_suffix(">; rel=\"next\"").unwrap().to_owned()
        });
        assert_eq!(next.is_some(), page.next.is_some());
    }

    let expected = [("CHAIR-5", 7), ("CHAIR-4", 0), ("CHAIR-3", 0), ("CHAIR-2", 0), ("CHAIR-1", 0)];
    assert_eq!(seen, expected.map(|(sku, available)| (sku.to_owned(), available)));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_is_not_found_and_a_wrong_query_is_refused() {
    let app = TestApp::start(SERVICE).await;

    let unknown = format!("/api/v1/products/{}", ProductId::new());
    for path in [unknown.as_str(), "/api/v1/products/chair", "/api/v1/chairs"] {
        assert_eq!(app.get(path).send().await.problem(404), "not-found", "{path}");
    }
    for query in ["limit=many", "limit=-1", "after=chair"] {
        let answer = app.get(&format!("/api/v1/products?{query}")).send().await;
        assert_eq!(answer.problem(400), "invalid-query", "{query}");
    }
    let empty: Page<ProductView> = app.get("/api/v1/products").send().await.expect(200);
    assert_eq!((empty.data.len(), empty.next), (0, None));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_older_level_never_replaces_a_newer_one() {
    let (app, seller) = (TestApp::start(SERVICE).await, seller());
    let chair = published(&app, &seller, "CHAIR-1").await;
    let (second, late_first) = (level("CHAIR-1", 8, 2), level("CHAIR-1", 10, 1));

    app.broker.deliver_envelope(second.envelope()).await;
    availability_becomes(&app, chair.id, 8).await;
    app.broker.deliver_envelope(late_first.envelope()).await;
    app.broker.deliver_envelope(second.envelope()).await;
    handled(&app, 2).await;
    assert_eq!(product(&app, chair.id).await.available, 8);

    app.broker.deliver_envelope(level("CHAIR-1", 0, 3).envelope()).await;
    availability_becomes(&app, chair.id, 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_level_may_come_before_its_product() {
    let (app, seller) = (TestApp::start(SERVICE).await, seller());

    app.broker.deliver_envelope(level("CHAIR-1", 3, 5).envelope()).await;
    handled(&app, 1).await;
    let chair = published(&app, &seller, "CHAIR-1").await;

    assert_eq!(product(&app, chair.id).await.available, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_makes_no_sense_is_parked_and_the_next_one_is_taken() {
    let (app, seller) = (TestApp::start(SERVICE).await, seller());
    let chair = published(&app, &seller, "CHAIR-1").await;
    let exchange = topology::exchange(Role::Inventory);
    let mut headless = serde_json::to_value(level("CHAIR-1", 1, 1).envelope()).unwrap();
    headless["data"] = json!({ "sku": "CHAIR-1" });
    let mut negative = serde_json::to_value(level("CHAIR-1", 1, 1).envelope()).unwrap();
    negative["data"]["available"] = json!(-1);
    let bodies = [
        b"not json".to_vec(),
        serde_json::to_vec(&headless).unwrap(),
        serde_json::to_vec(&negative).unwrap(),
    ];

    for body in &bodies {
        app.broker.deliver_raw(&exchange, "stock.level-changed.v1", body).await;
        let parked = eventually("it is parked", async || app.broker.parked(Role::Catalog).await).await;
        assert_eq!(&parked, body);
    }

    app.broker.deliver_envelope(level("CHAIR-1", 4, 2).envelope()).await;
    availability_becomes(&app, chair.id, 4).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_migrations_can_be_taken_back_and_run_again() {
    let app = TestApp::start(SERVICE).await;

    let (taken_back, run_again) = app.redo_newest_migration(SERVICE).await;

    assert_eq!((taken_back.len(), run_again), (1, taken_back));
}

async fn change(app: &TestApp, who: &Person, id: ProductId, seen: &str, body: &Value) -> testkit::Response {
    let path = format!("/api/v1/products/{id}");
    app.request(reqwest::Method::PATCH, &path).by(who).header("if-match", seen).json(body).send().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seller_changes_a_price_and_says_so_once() {
    let (app, seller) = (TestApp::start(SERVICE).await, seller());
    let chair = published(&app, &seller, "CHAIR-1").await;
    let shown = app.get(&format!("/api/v1/products/{}", chair.id)).send().await;
    assert_eq!(shown.headers["etag"], "\"1\"");
    let body = json!({ "price": { "amount_minor": 2500, "currency": "EUR" } });

    let answer = change(&app, &seller, chair.id, "\"1\"", &body).await;

    let changed: ProductView = answer.expect(200);
    assert_eq!((answer.headers["etag"].to_str().unwrap(), changed.price.amount_minor), ("\"2\"", 2500));
    assert_eq!(product(&app, chair.id).await, changed);
    assert_eq!(change(&app, &seller, chair.id, "\"1\"", &body).await.problem(412), "precondition-failed");
    let again: ProductView = change(&app, &seller, chair.id, "\"2\"", &body).await.expect(200);
    assert_eq!(again.version, 2, "nothing is new");

    let told: ProductPriceChanged = app.published.first().await;
    assert_eq!((told.sku, told.price), (chair.sku, changed.price));
    let versions: Vec<i64> = app.published.all().iter().map(|event| event.aggregateversion).collect();
    assert_eq!(versions, [1, 2]);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_changes_at_once_to_one_version_one_wins() {
    let (app, seller) = (TestApp::start(SERVICE).await, seller());
    let chair = published(&app, &seller, "CHAIR-1").await;
    let bodies: Vec<Value> = (0..6).map(|number| json!({ "name": format!("Chair {number}") })).collect();

    let all = bodies.iter().map(|body| change(&app, &seller, chair.id, "\"1\"", body));

    let mut statuses: Vec<u16> =
        futures::future::join_all(all).await.iter().map(|answer| answer.status.as_u16()).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 412, 412, 412, 412, 412]);
    assert_eq!(product(&app, chair.id).await.version, 2);
    app.published.nth::<ProductPublished>(1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_withdrawn_product_is_not_listed_until_it_is_published_again() {
    let (app, seller) = (TestApp::start(SERVICE).await, seller());
    let chair = published(&app, &seller, "CHAIR-1").await;
    let listed =
        async || app.get("/api/v1/products").send().await.expect::<Page<ProductView>>(200).data.len();

    change(&app, &seller, chair.id, "*", &json!({ "on_sale": false })).await.expect::<ProductView>(200);
    assert_eq!((listed().await, product(&app, chair.id).await.on_sale), (0, false));
    let renamed = json!({ "name": "Stool" });
    change(&app, &seller, chair.id, "*", &renamed).await.expect::<ProductView>(200);
    change(&app, &seller, chair.id, "*", &json!({ "on_sale": true })).await.expect::<ProductView>(200);

    assert_eq!(listed().await, 1);
    assert_eq!(app.published.first::<ProductWithdrawn>().await.sku, chair.sku);
    assert_eq!(app.published.nth::<ProductPublished>(1).await.name, "Stool");
    assert_eq!(app.published.count::<ProductPublished>(), 2, "a name of what is not sold is no news");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_its_seller_changes_a_product_and_only_to_what_can_be_sold() {
    let (app, seller) = (TestApp::start(SERVICE).await, seller());
    let chair = published(&app, &seller, "CHAIR-1").await;
    let body = json!({ "name": "Mine" });
    let path = format!("/api/v1/products/{}", chair.id);
    let patch = || app.request(reqwest::Method::PATCH, &path).header("if-match", "*").json(&body);

    assert_eq!(patch().send().await.problem(401), "unauthenticated");
    assert_eq!(patch().by(&customer()).send().await.problem(403), "forbidden");
    assert_eq!(patch().by(&testkit::seller()).send().await.problem(404), "not-found");
    let unseen = app.request(reqwest::Method::PATCH, &path).by(&seller).json(&body).send().await;
    assert_eq!(unseen.problem(428), "precondition-required");
    assert_eq!(change(&app, &seller, chair.id, "1", &body).await.problem(400), "if-match-invalid");
    for wrong in [
        json!({ "name": " " }),
        json!({ "price": { "amount_minor": 0, "currency": "EUR" } }),
        json!({ "price": { "amount_minor": 100, "currency": "XXX" } }),
    ] {
        assert_eq!(
            change(&app, &seller, chair.id, "*", &wrong).await.problem(422),
            "invalid-body",
            "{wrong}"
        );
    }
    assert_eq!(product(&app, chair.id).await, chair);
}

/// Waits until that many messages have been handled, each once.
async fn handled(app: &TestApp, messages: i64) {
    eventually(&format!("{messages} messages are handled"), async || {
        (app.database().number("SELECT count(*) AS number FROM inbox").await == messages).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_tells_its_load() {
    TestApp::start(SERVICE).await.tells_its_load().await;
}
