//! Postgres and RabbitMQ over TLS, with the certificates that real ones ask for.

use contracts::messages::orders::ReleaseStock;
use contracts::{Message, Role, topology};
use diesel_async::SimpleAsyncConnection;
use platform::amqp::{Broker, Outgoing, Publisher};
use platform::{Database, Settings};
use testkit::{Authority, TestBroker, TestDatabase, TlsFolder, backing_authority, settings_of};

use crate::mtls::name;

/// Role `orders` of the test server must show a certificate of this very name.
fn database(database: &TestDatabase, mode: &str, others: &[(&str, &str)]) -> Result<Database, String> {
    testkit::install_tls_provider();
    let mut url = url::Url::parse(&database.url()).unwrap();
    url.set_username("orders").unwrap();
    url.set_host(Some("localhost")).unwrap();
    url.set_query(Some(&format!("sslmode={mode}")));
    let variables = [&[("DATABASE_URL", url.as_str())], others].concat();
    Database::from_settings(&settings_of(Role::Orders, &variables)).map_err(|error| error.to_string())
}

async fn connects(database: Result<Database, String>) -> Result<(), String> {
    let mut connection = database?.connect_alone().await.map_err(|error| error.to_string())?;
    connection.batch_execute("LISTEN news").await.map_err(|error| error.to_string())
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_lets_a_role_in_with_its_own_certificate_only() {
    let (authority, of_test) = (backing_authority(), TestDatabase::create().await);
    let folder = |part: &str| TlsFolder::new(&authority.certify(&name(part)), &[&authority]);
    let (orders, payments) = (folder("orders"), folder("payments"));
    let bundle = format!("{}/ca.crt", orders.path());

    for mode in ["require", "verify-ca", "verify-full"] {
        connects(database(&of_test, mode, &[("TLS_DIR", orders.path())])).await.unwrap();
        let other = connects(database(&of_test, mode, &[("TLS_DIR", payments.path())])).await.unwrap_err();
        assert!(other.contains("authentication failed for user \"orders\""), "{other}");
        let none = connects(database(&of_test, mode, &[("DATABASE_CA_FILE", &bundle)])).await.unwrap_err();
        assert!(none.contains("valid client certificate"), "{none}");
    }
    assert!(connects(database(&of_test, "disable", &[])).await.is_err());
    of_test.remove().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_takes_no_certificate_of_our_ca_is_shown_none() {
    let (authority, own) = (backing_authority(), Authority::default());
    let of_test = TestDatabase::create().await;
    let ours = TlsFolder::new(&own.certify(&name("orders")), &[&own]);
    let theirs = TlsFolder::new(&authority.certify(&name("orders")), &[&authority]);
    let mut url = url::Url::parse(&of_test.url()).unwrap();
    url.set_host(Some("localhost")).unwrap();
    url.set_query(Some("sslmode=verify-full"));
    let bundle = format!("{}/ca.crt", theirs.path());
    let variables =
        [("DATABASE_URL", url.as_str()), ("TLS_DIR", ours.path()), ("DATABASE_CA_FILE", bundle.as_str())];
    // A password is all that this role needs.
    let database = Database::from_settings(&settings_of(Role::Orders, &variables));
    connects(database.map_err(|error| error.to_string())).await.unwrap();
    of_test.remove().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_mode_says_what_postgres_must_prove() {
    let (authority, foreign) = (backing_authority(), Authority::default());
    let of_test = TestDatabase::create().await;
    let trusting = TlsFolder::new(&authority.certify(&name("orders")), &[&authority]);
    let doubting = TlsFolder::new(&authority.certify(&name("orders")), &[&foreign]);
    let through = async |folder: &TlsFolder, host: &str, mode: &str| {
        let mut url = url::Url::parse(&of_test.url()).unwrap();
        url.set_host(Some(host)).unwrap();
        url.set_query(Some(&format!("sslmode={mode}")));
        let variables = [("DATABASE_URL", url.as_str()), ("TLS_DIR", folder.path())];
        let settings: Settings = settings_of(Role::Orders, &variables);
        connects(Database::from_settings(&settings).map_err(|error| error.to_string())).await.is_ok()
    };
    // The server's certificate is for `localhost`, not for the address.
    assert!(through(&trusting, "localhost", "verify-full").await);
    assert!(!through(&trusting, "127.0.0.1", "verify-full").await);
    assert!(through(&trusting, "127.0.0.1", "verify-ca").await);
    assert!(!through(&doubting, "localhost", "verify-full").await);
    assert!(!through(&doubting, "localhost", "verify-ca").await);
    assert!(through(&doubting, "localhost", "require").await);
    of_test.remove().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_broker_takes_messages_over_tls_from_whoever_has_a_certificate() {
    let (authority, foreign) = (backing_authority(), Authority::default());
    let broker = TestBroker::create().await;
    let publish = async |folder: &TlsFolder| {
        let url = broker.amqps_url(Role::Orders);
        let settings = settings_of(Role::Orders, &[("AMQP_URL", &url), ("TLS_DIR", folder.path())]);
        let message = Outgoing {
            exchange: topology::exchange(Role::Orders),
            routing_key: ReleaseStock::TYPE.to_owned(),
            id: "1".to_owned(),
            body: b"{}".to_vec(),
            mandatory: true,
        };
        Publisher::new(Broker::from_settings(&settings, "test").unwrap()).publish_all(&[message]).await
    };
    publish(&TlsFolder::new(&authority.certify(&name("orders")), &[&authority])).await.unwrap();
    assert_eq!(broker.received(Role::Inventory).await.as_deref(), Some(b"{}".as_slice()));

    for folder in [
        TlsFolder::new(&foreign.certify(&name("orders")), &[&authority]),
        TlsFolder::new(&authority.certify(&name("orders")), &[&foreign]),
    ] {
        assert!(publish(&folder).await.is_err());
    }
    broker.remove().await;
}
