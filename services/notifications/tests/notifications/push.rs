//! Web push, up to the browser: it reads what was encrypted for it.

use aws_lc_rs::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::agreement::{ECDH_P256, PrivateKey, UnparsedPublicKey, agree};
use aws_lc_rs::hkdf::{HKDF_SHA256, KeyType, Prk, Salt};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use contracts::api::ProblemBody;
use contracts::api::notifications::{
    Channel, ChannelChoice, NewPushSubscription, PushKey, PushKeys, PushSubscriptionView,
};
use contracts::messages::notifications::{NotificationFailed, NotificationSent};
use notifications::SERVICE;
use serde_json::Value;
use testkit::{Response, TestApp};
use wiremock::matchers::path;
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::mail_server::MailServer;
use crate::people::{Person, with_mail};

/// For tests only.
pub const VAPID_KEY: &str = "-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgevZzL1gdAFr88hb2\nOF/2NxApJCzGCEDdfSp6VQO30hyhRANCAAQRWz+jn65BtOMvdyHKcvjBeBSDZH2r\n1RTwjmYSi9R/zpBnuQ4EiMnCqfMPWiZqB4QdbAd0E7oH50VpuZ1P087G\n-----END PRIVATE KEY-----\n";

const SUBSCRIPTIONS: &str = "/api/v1/push-subscriptions";
const BY_PUSH: ChannelChoice = ChannelChoice { email: false, sms: false, web_push: true };

struct Browser {
    key: PrivateKey,
    auth: [u8; 16],
    endpoint: String,
}

impl Browser {
    fn new(endpoint: String) -> Self {
        Self { key: PrivateKey::generate(&ECDH_P256).unwrap(), auth: *b"sixteen bytes ok", endpoint }
    }

    fn public_key(&self) -> Vec<u8> {
        self.key.compute_public_key().unwrap().as_ref().to_vec()
    }

    fn subscription(&self) -> NewPushSubscription {
        let encoded = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let keys = PushKeys { p256dh: encoded(&self.public_key()), auth: encoded(&self.auth) };
        NewPushSubscription { endpoint: self.endpoint.clone(), keys }
    }

    async fn subscribe(&self, app: &TestApp, person: &Person) -> Response {
        app.post(SUBSCRIPTIONS).by(&person.who).json(&self.subscription()).send().await
    }

    /// RFC 8291, from the browser's side.
    fn read(&self, body: &[u8]) -> Value {
        let (salt, rest) = body.split_at(16);
        let (record_size, rest) = rest.split_at(4);
        assert_eq!(record_size, 4096_u32.to_be_bytes());
        let (their_key, sealed) = rest[1..].split_at(usize::from(rest[0]));
        let theirs = UnparsedPublicKey::new(&ECDH_P256, their_key);
        let secret = agree(&self.key, theirs, (), |secret| Ok(secret.to_vec())).unwrap();
        let keys = [&b"WebPush: info\0"[..], &self.public_key(), their_key];
        let input: [u8; 32] = expand(&Salt::new(HKDF_SHA256, &self.auth).extract(&secret), &keys);
        let key = Salt::new(HKDF_SHA256, salt).extract(&input);
        let nonce: [u8; 12] = expand(&key, &[b"Content-Encoding: nonce\0"]);
        let key: [u8; 16] = expand(&key, &[b"Content-Encoding: aes128gcm\0"]);
        let key = LessSafeKey::new(UnboundKey::new(&AES_128_GCM, &key).unwrap());
        let mut record = sealed.to_vec();
        let nonce = Nonce::assume_unique_for_key(nonce);
        let content = key.open_in_place(nonce, Aad::empty(), &mut record).unwrap();
        assert_eq!(content.last(), Some(&2), "the last record's mark");
        serde_json::from_slice(&content[..content.len() - 1]).unwrap()
    }
}

struct Length<const N: usize>;

impl<const N: usize> KeyType for Length<N> {
    fn len(&self) -> usize {
        N
    }
}

fn expand<const N: usize>(key: &Prk, info: &[&[u8]]) -> [u8; N] {
    let mut bytes = [0; N];
    key.expand(info, Length::<N>).unwrap().fill(&mut bytes).unwrap();
    bytes
}

async fn push_service(at: &str, answer: ResponseTemplate) -> MockServer {
    let service = MockServer::start().await;
    Mock::given(path(at)).respond_with(answer).mount(&service).await;
    service
}

/// With a mail server, for there is none without.
async fn with_push() -> (TestApp, MailServer) {
    let server = MailServer::start().await;
    let variables = [
        ("VAPID_PRIVATE_KEY", VAPID_KEY),
        ("VAPID_SUBJECT", "mailto:shop@example.com"),
        ("ALLOW_PRIVATE_ADDRESSES", "true"),
    ];
    (with_mail(&server, &variables).await, server)
}

async fn subscriptions(app: &TestApp, person: &Person) -> Vec<PushSubscriptionView> {
    app.get(SUBSCRIPTIONS).by(&person.who).send().await.expect(200)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_that_subscribed_can_read_the_news_and_nobody_between() {
    let (app, _server) = with_push().await;
    let service = push_service("/send/abc", ResponseTemplate::new(201)).await;
    let ada = Person::known(&app).await;
    let browser = Browser::new(format!("{}/send/abc", service.uri()));
    let made: PushSubscriptionView = browser.subscribe(&app, &ada).await.expect(201);
    assert_eq!(ada.choose(&app, None, BY_PUSH).await.status, 200);
    ada.order_is_shipped(&app).await;

    let sent: NotificationSent = app.published.first().await;
    assert_eq!(sent.channel, Channel::WebPush);
    let request = service.received_requests().await.unwrap().remove(0);
    let shown = browser.read(&request.body);
    assert!(shown["title"].as_str().unwrap().ends_with("is on its way"), "{shown}");
    assert_eq!(shown["tag"], sent.notification_id.to_string());
    assert!(shown["url"].as_str().unwrap().starts_with("https://shop.example/orders/"));
    assert_eq!(request.headers["content-encoding"], "aes128gcm");
    assert_eq!(request.headers["ttl"], "86400");
    assert_eq!(request.headers["topic"], sent.notification_id.0.simple().to_string().as_str());
    let key: PushKey = app.get("/api/v1/push-key").by(&ada.who).send().await.expect(200);
    let authorization = request.headers["authorization"].to_str().unwrap();
    assert!(authorization.starts_with("vapid t=ey"), "{authorization}");
    assert!(authorization.ends_with(&format!(", k={}", key.public_key)), "{authorization}");
    assert_eq!(subscriptions(&app, &ada).await.len(), 1);
    assert!(subscriptions(&app, &ada).await[0] == made);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_that_is_gone_is_forgotten() {
    let (app, _server) = with_push().await;
    let service = push_service("/gone", ResponseTemplate::new(410)).await;
    Mock::given(path("/here")).respond_with(ResponseTemplate::new(201)).mount(&service).await;
    let ada = Person::known(&app).await;
    assert_eq!(ada.choose(&app, None, BY_PUSH).await.status, 200);
    let (here, gone) = (format!("{}/here", service.uri()), format!("{}/gone", service.uri()));
    for endpoint in [&here, &gone] {
        assert_eq!(Browser::new(endpoint.clone()).subscribe(&app, &ada).await.status, 201);
    }
    ada.order_is_shipped(&app).await;
    app.published.first::<NotificationSent>().await;
    let left = subscriptions(&app, &ada).await;
    assert_eq!(left.iter().map(|one| one.endpoint.as_str()).collect::<Vec<_>>(), [here.as_str()]);

    service.reset().await;
    Mock::given(path("/here")).respond_with(ResponseTemplate::new(404)).mount(&service).await;
    ada.order_is_shipped(&app).await;
    let failed: NotificationFailed = app.published.first().await;
    assert_eq!(failed.reason, "no browser is subscribed any more");
    assert!(subscriptions(&app, &ada).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_push_service_that_is_down_is_tried_again() {
    let (app, _server) = with_push().await;
    let service = push_service("/send", ResponseTemplate::new(503)).await;
    let ada = Person::known(&app).await;
    assert_eq!(ada.choose(&app, None, BY_PUSH).await.status, 200);
    let browser = Browser::new(format!("{}/send", service.uri()));
    assert_eq!(browser.subscribe(&app, &ada).await.status, 201);
    ada.order_is_shipped(&app).await;
    crate::failures::postponed(&app, 1, 30).await;
    assert_eq!(subscriptions(&app, &ada).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_subscription_or_leads_inside_is_refused() {
    let app = TestApp::start(SERVICE).await;
    let ada = Person::known(&app).await;
    let good = Browser::new("https://push.example/send/abc".to_owned());
    let field = async |change: &dyn Fn(&mut NewPushSubscription)| {
        let mut subscription = good.subscription();
        change(&mut subscription);
        let answer = app.post(SUBSCRIPTIONS).by(&ada.who).json(&subscription).send().await;
        assert_eq!(answer.problem(422), "invalid-body");
        answer.expect::<ProblemBody>(422).errors.remove(0).field
    };
    for bad in [
        "http://push.example/a",
        "https://10.0.0.1/a",
        "https://[::1]/a",
        "https://a:b@push.example/",
        "push",
        "",
    ] {
        assert_eq!(field(&|it| it.endpoint = bad.to_owned()).await, "endpoint", "{bad}");
    }
    let long = format!("https://push.example/{}", "a".repeat(1_100));
    assert_eq!(field(&|it| it.endpoint.clone_from(&long)).await, "endpoint");
    for bad in ["", "????", "BAAA", &URL_SAFE_NO_PAD.encode([4; 65])] {
        assert_eq!(field(&|it| it.keys.p256dh = bad.to_owned()).await, "keys.p256dh", "{bad}");
    }
    for bad in ["", "????", "c2hvcnQ"] {
        assert_eq!(field(&|it| it.keys.auth = bad.to_owned()).await, "keys.auth", "{bad}");
    }
    assert!(subscriptions(&app, &ada).await.is_empty());
    assert_eq!(
        app.get("/api/v1/push-key").by(&ada.who).send().await.problem(404),
        "not-found",
        "it has no key"
    );
    assert_eq!(good.subscribe(&app, &ada).await.status, 201);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_tells_whoever_logged_in_last_and_only_its_owner_can_let_it_go() {
    let app = TestApp::start(SERVICE).await;
    let (ada, ben) = (Person::known(&app).await, Person::known(&app).await);
    let browser = Browser::new("https://push.example/send/abc".to_owned());
    let made: PushSubscriptionView = browser.subscribe(&app, &ada).await.expect(201);
    let again: PushSubscriptionView = browser.subscribe(&app, &ada).await.expect(201);
    assert!(made == again, "the same browser is the same subscription");
    let path = format!("{SUBSCRIPTIONS}/{}", made.id);
    assert_eq!(app.delete(&path).by(&ben.who).send().await.problem(404), "not-found");

    // Who only knows its endpoint is another browser.
    let thief = Browser { auth: *b"other 16 bytes..", ..Browser::new(browser.endpoint.clone()) };
    assert_eq!(thief.subscribe(&app, &ben).await.problem(409), "push-endpoint-taken");
    assert_eq!(subscriptions(&app, &ada).await.len(), 1);

    assert_eq!(browser.subscribe(&app, &ben).await.status, 201);
    assert!(subscriptions(&app, &ada).await.is_empty());
    assert_eq!(app.delete(&path).by(&ben.who).send().await.status, 204);
    assert_eq!(app.delete(&path).by(&ben.who).send().await.problem(404), "not-found");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_more_than_ten_browsers_the_oldest_goes() {
    let app = TestApp::start(SERVICE).await;
    let ada = Person::known(&app).await;
    for number in 0..12 {
        let browser = Browser::new(format!("https://push.example/send/{number}"));
        assert_eq!(browser.subscribe(&app, &ada).await.status, 201);
    }
    let left: Vec<String> = subscriptions(&app, &ada).await.into_iter().map(|one| one.endpoint).collect();
    assert_eq!(left.len(), 10);
    assert_eq!(
        (left[0].as_str(), left[9].as_str()),
        ("https://push.example/send/11", "https://push.example/send/2")
    );
}
