//! Who is let in where every connection is TLS: the edges of the call graph, and nobody else.

use actix_web::web;
use contracts::Role;
use contracts::api::ProblemBody;
use platform::{ConfigError, Context, Module, Service};
use reqwest::tls::Version;
use reqwest::{Client, Identity, StatusCode};
use testkit::{Authority, Certificate, Secured, TlsFolder, caller_from, settings_of};

pub const STOREFRONT: Service =
    Service { role: Role::Storefront, migrations: None, contract: None, assemble };

#[expect(clippy::unnecessary_wraps, reason = "as services are assembled")]
fn assemble(_: &Context) -> Result<Module, ConfigError> {
    let page = async || "page";
    let report = async || "report";
    let module = Module::default().routes(move |config| {
        config.route("/", web::get().to(page));
    });
    Ok(module.admin_routes(move |config| {
        config.route("/report", web::get().to(report));
    }))
}

pub fn name(part: &str) -> String {
    format!("spiffe://shops/shop/{part}")
}

/// The storefront, with a certificate.
pub async fn front(own: &Certificate, trusted: &[&Authority]) -> Secured {
    Secured::start(STOREFRONT, own, trusted).await
}

/// Someone who shows nothing, and believes anyone.
fn stranger() -> Client {
    Client::builder().tls_danger_accept_invalid_certs(true).build().unwrap()
}

async fn answer(client: &Client, url: &str) -> Result<(StatusCode, String), reqwest::Error> {
    let answer = client.get(url).send().await?;
    Ok((answer.status(), answer.text().await?))
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_edges_of_the_call_graph_are_let_in() {
    let authority = Authority::default();
    let front = front(&authority.certify(&name("storefront")), &[&authority]).await;
    let calls_as = async |uri: &str| {
        let folder = TlsFolder::new(&authority.certify(uri), &[&authority]);
        answer(&caller_from(&folder), &front.url("/")).await.unwrap()
    };

    assert_eq!(calls_as(&name("gateway")).await, (StatusCode::OK, "page".to_owned()));
    for other in [
        name("orders"),
        name("prometheus"),
        name("storefront"),
        "spiffe://shops/other/gateway".to_owned(),
        "spiffe://elsewhere/shop/gateway".to_owned(),
    ] {
        let (status, body) = calls_as(&other).await;
        let problem: ProblemBody = serde_json::from_str(&body).unwrap();
        assert_eq!((status, problem.code.as_str()), (StatusCode::FORBIDDEN, "caller-not-allowed"), "{other}");
        assert!(problem.detail.is_some_and(|detail| detail.starts_with(&other)), "{body}");
    }
    front.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_has_no_certificate_of_the_stacks_gets_no_connection() {
    let (authority, foreign) = (Authority::default(), Authority::default());
    let front = front(&authority.certify(&name("storefront")), &[&authority]).await;
    // It trusts the server, but the server does not trust it.
    let forged = TlsFolder::new(&foreign.certify(&name("gateway")), &[&authority]);
    let expired = TlsFolder::new(&authority.certify_expired(&name("gateway")), &[&authority]);

    assert!(answer(&stranger(), &front.url("/")).await.is_err());
    assert!(answer(&caller_from(&forged), &front.url("/")).await.is_err());
    assert!(answer(&caller_from(&expired), &front.url("/")).await.is_err());
    assert!(answer(&stranger(), &front.url("/").replace("https", "http")).await.is_err());
    let good = TlsFolder::new(&authority.certify(&name("gateway")), &[&authority]);
    assert_eq!(answer(&caller_from(&good), &front.url("/")).await.unwrap().0, StatusCode::OK);
    front.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_cannot_prove_who_it_is_is_not_called() {
    let (authority, foreign) = (Authority::default(), Authority::default());
    let gateway = TlsFolder::new(&authority.certify(&name("gateway")), &[&authority]);
    for own in
        [foreign.certify(&name("storefront")), authority.certify_at(&name("storefront"), "shop-orders")]
    {
        let front = front(&own, &[&authority]).await;
        let refused = answer(&caller_from(&gateway), &front.url("/")).await.unwrap_err();
        assert!(refused.is_connect(), "nothing was sent: {refused:?}");
        front.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn health_is_for_everyone_and_the_rest_of_the_admin_port_for_those_who_administer() {
    let authority = Authority::default();
    let front = front(&authority.certify(&name("storefront")), &[&authority]).await;
    let status = async |client: &Client, path: &str| answer(client, &front.admin_url(path)).await.unwrap().0;
    let as_part = |part: &str| TlsFolder::new(&authority.certify(&name(part)), &[&authority]);

    for path in ["/livez", "/readyz", "/startupz"] {
        assert_eq!(status(&stranger(), path).await, StatusCode::OK, "{path}");
    }
    for path in ["/metrics", "/report", "/nowhere"] {
        assert_eq!(status(&stranger(), path).await, StatusCode::FORBIDDEN, "{path}");
        assert_eq!(status(&caller_from(&as_part("gateway")), path).await, StatusCode::FORBIDDEN, "{path}");
    }
    for part in ["prometheus", "operator"] {
        assert_eq!(status(&caller_from(&as_part(part)), "/metrics").await, StatusCode::OK, "{part}");
        assert_eq!(status(&caller_from(&as_part(part)), "/report").await, StatusCode::OK, "{part}");
    }
    front.close().await;
}

/// The operator asks so, for in TLS 1.3 a caller is done before the server has looked at its certificate.
#[tokio::test(flavor = "multi_thread")]
async fn tls_1_2_tells_in_the_handshake_who_is_believed() {
    let (authority, foreign) = (Authority::default(), Authority::default());
    let front = front(&authority.certify(&name("storefront")), &[&authority]).await;
    let asks = async |issuer: &Authority, url: &str| {
        let own = issuer.certify(&name("operator"));
        let identity = Identity::from_pem(format!("{}{}", own.chain, own.key).as_bytes()).unwrap();
        let client = Client::builder().tls_version_max(Version::TLS_1_2).identity(identity);
        let client = client.tls_danger_accept_invalid_certs(true).build().unwrap();
        client.get(url).send().await.map(|answer| answer.status())
    };
    assert_eq!(asks(&authority, &front.url("/")).await.unwrap(), StatusCode::FORBIDDEN);
    assert_eq!(asks(&authority, &front.admin_url("/metrics")).await.unwrap(), StatusCode::OK);
    for url in [front.url("/"), front.admin_url("/livez")] {
        assert!(asks(&foreign, &url).await.unwrap_err().is_connect(), "{url}");
    }
    front.close().await;
}

#[test]
fn a_folder_that_is_no_good_is_told_at_the_start() {
    let authority = Authority::default();
    let (own, other) = (authority.certify(&name("orders")), authority.certify(&name("orders")));
    let refused = |spoil: &dyn Fn(&TlsFolder)| {
        let folder = TlsFolder::new(&own, &[&authority]);
        spoil(&folder);
        let error = settings_of(Role::Orders, &[("TLS_DIR", folder.path())]).tls().err().unwrap().to_string();
        error.replace(folder.path(), "DIR")
    };
    let reasons = [
        refused(&|folder| folder.spoil("tls.key", &other.key)),
        refused(&|folder| folder.spoil("tls.key", "nothing")),
        refused(&|folder| folder.spoil("ca.crt", "")),
        refused(&|folder| folder.spoil("tls.crt", &own.chain[..own.chain.len() / 2])),
        refused(&|folder| folder.swap(&authority.certify("spiffe://nobody"), &[&authority])),
        refused(&|folder| std::fs::remove_file(format!("{}/..data/ca.crt", folder.path())).unwrap()),
    ];
    insta::assert_snapshot!(reasons.join("\n"));
}
