//! The gateway inside a stack whose every connection is TLS: plain towards shoppers, with its certificate towards services.

use actix_web::web;
use contracts::Role;
use gateway::SERVICE;
use platform::{ConfigError, Context, Module, Service};
use testkit::{Authority, Secured, TestApp, TestBroker, TlsFolder, settings_of};

const STOREFRONT: Service = Service { role: Role::Storefront, migrations: None, contract: None, assemble };

#[expect(clippy::unnecessary_wraps, reason = "as services are assembled")]
fn assemble(_: &Context) -> Result<Module, ConfigError> {
    Ok(Module::default().routes(|config| {
        config.route("/", web::get().to(async || "a page"));
    }))
}

fn name(part: &str) -> String {
    format!("spiffe://shops/shop/{part}")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_goes_on_over_tls_and_only_to_whom_our_ca_vouches_for() {
    let (authority, foreign) = (Authority::default(), Authority::default());
    let folder = TlsFolder::new(&authority.certify(&name("gateway")), &[&authority]);
    let ours = Secured::start(STOREFRONT, &authority.certify(&name("storefront")), &[&authority]).await;
    let forged = Secured::start(STOREFRONT, &foreign.certify(&name("storefront")), &[&authority]).await;
    let ask = async |url: String| {
        let url = url.trim_end_matches('/').to_owned();
        let app = TestApp::start_with(SERVICE, &[("TLS_DIR", folder.path()), ("STOREFRONT_URL", &url)]).await;
        app.get("/").send().await
    };

    let answer = ask(ours.url("")).await;
    assert_eq!(answer.text(), "200 OK a page");
    let refused = ask(forged.url("")).await;
    assert_eq!(refused.problem(503), "upstream-unavailable");
    ours.close().await;
    forged.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_without_tls_is_refused_at_the_start() {
    let authority = Authority::default();
    let folder = TlsFolder::new(&authority.certify(&name("gateway")), &[&authority]);
    let variables = [("TLS_DIR", folder.path()), ("ORDERS_URL", "http://shop-orders:8085")];
    let (settings, shutdown) = (settings_of(Role::Gateway, &variables), Default::default());
    let started = platform::service::start(SERVICE, settings, Default::default(), shutdown).await;
    let said = "variable ORDERS_URL is wrong: it must be https://host:port";
    assert_eq!(started.err().map(|error| error.to_string()).as_deref(), Some(said));
}

#[tokio::test(flavor = "multi_thread")]
async fn payments_go_to_the_broker_over_tls_with_our_certificate() {
    let authority = testkit::backing_authority();
    let folder = TlsFolder::new(&authority.certify(&name("gateway")), &[&authority]);
    let broker = TestBroker::create().await;
    let url = broker.mqtts_url(Role::Gateway);
    // It is ready once the broker has accepted it.
    drop(TestApp::start_with(SERVICE, &[("TLS_DIR", folder.path()), ("MQTT_URL", &url)]).await);
    broker.remove().await;
}
