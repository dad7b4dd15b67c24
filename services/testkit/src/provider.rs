//! A payment provider over real HTTP: it speaks enough of Stripe or of PayPal, keeps books of its own, honours
//! idempotency keys as the real one does, and suffers the faults that a test asks for.
//!
//! Its books are what really happened: a test compares them with what the shop believes.

mod books;
mod faults;
mod paypal;
mod stripe;
mod webhooks;

pub use books::{Books, Hold, HoldState, Return};
pub use faults::{Delivery, Fault, Step};
pub use webhooks::Sent;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use kernel::{Clock, OrderId};
use platform::Service;
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::{CancellationToken, DropGuard};

use self::faults::Script;
use self::webhooks::Target;
use crate::TestApp;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    Stripe,
    PayPal,
}

impl Dialect {
    pub fn name(self) -> &'static str {
        match self {
            Self::Stripe => "stripe",
            Self::PayPal => "paypal",
        }
    }
}

pub struct ProviderDouble {
    pub url: String,
    shared: Arc<Shared>,
    _stops: DropGuard,
}

/// What a request says, for whoever answers it.
struct Call {
    method: String,
    path: Vec<String>,
    /// Of the query, and of a form.
    fields: Vec<(String, String)>,
    json: Value,
    raw: String,
    key: Option<String>,
    authorization: String,
}

/// An answer, and the events that it causes.
#[derive(Clone)]
struct Answer {
    status: u16,
    body: Value,
    events: Vec<Value>,
}

impl Answer {
    fn new(status: u16, body: Value) -> Self {
        Self { status, body, events: Vec::new() }
    }

    fn telling(mut self, event: Value) -> Self {
        self.events.push(event);
        self
    }
}

struct Shared {
    dialect: Dialect,
    books: Mutex<Books>,
    script: Mutex<Script>,
    target: Mutex<Option<Target>>,
}

/// A test that has failed elsewhere still shows what the books say.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl ProviderDouble {
    pub async fn start(dialect: Dialect) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let shared = Arc::new(Shared {
            dialect,
            books: Mutex::default(),
            script: Mutex::default(),
            target: Mutex::default(),
        });
        let stop = CancellationToken::new();
        let (serving, stopped) = (shared.clone(), stop.clone());
        #[expect(clippy::disallowed_methods, reason = "ends with the double")]
        tokio::spawn(async move {
            while let Some(Ok((stream, _))) = stopped.run_until_cancelled(listener.accept()).await {
                tokio::spawn(serve(serving.clone(), stream, stopped.clone()));
            }
        });
        Self { url, shared, _stops: stop.drop_guard() }
    }

    /// The service under test with this provider; its webhooks are delivered there.
    pub async fn shop(&self, service: Service, variables: &[(&str, &str)]) -> TestApp {
        let mut all = vec![
            ("PAYMENT_PROVIDER", self.shared.dialect.name()),
            ("STRIPE_API_URL", &self.url),
            ("STRIPE_SECRET_KEY", stripe::SECRET_KEY),
            ("STRIPE_WEBHOOK_SECRETS", webhooks::STRIPE_SECRETS),
            ("PAYPAL_API_URL", &self.url),
            ("PAYPAL_CLIENT_ID", paypal::CLIENT_ID),
            ("PAYPAL_CLIENT_SECRET", paypal::CLIENT_SECRET),
            ("PAYPAL_WEBHOOK_ID", webhooks::PAYPAL_WEBHOOK_ID),
        ];
        all.extend(variables);
        let app = TestApp::start_with(service, &all).await;
        let url = app.url(&format!("/api/v1/webhooks/{}", self.shared.dialect.name()));
        *locked(&self.shared.target) = Some(Target { url, clock: app.clock.clone() });
        app
    }

    /// What the next call of this step suffers; several are suffered one after the other.
    pub fn fault(&self, step: Step, fault: Fault) {
        locked(&self.shared.script).add(step, fault);
    }

    /// Faults at each step and in each delivery, different for each seed, never more than a few in a row.
    pub fn misbehave(&self, seed: u64) {
        locked(&self.shared.script).misbehave(seed);
    }

    pub fn deliver(&self, delivery: Delivery) {
        locked(&self.shared.script).delivery = delivery;
    }

    pub fn books(&self) -> Books {
        locked(&self.shared.books).clone()
    }

    /// How many calls of this step have arrived.
    pub fn calls(&self, step: Step) -> usize {
        locked(&self.shared.script).calls(step)
    }

    /// As after the day for which they are kept.
    pub fn forget_keys(&self) {
        locked(&self.shared.books).answers.clear();
    }

    /// The access tokens that it has given end now.
    pub fn end_sessions(&self) {
        locked(&self.shared.books).sessions.clear();
    }

    /// The customer's bank takes back what was captured for this order.
    pub async fn charge_back(&self, order_id: OrderId) -> Value {
        let event = {
            let mut books = locked(&self.shared.books);
            match self.shared.dialect {
                Dialect::Stripe => stripe::dispute(&mut books, order_id),
                Dialect::PayPal => paypal::dispute(&mut books, order_id),
            }
        };
        assert_eq!(self.send(&event, Sent::Signed).await.0, 200);
        event
    }

    /// The events that it has told of so far, oldest first.
    pub fn events(&self) -> Vec<Value> {
        locked(&self.shared.books).events.clone()
    }

    /// Sends an event; the status, and the code where it is a problem.
    pub async fn send(&self, event: &Value, how: Sent) -> (u16, String) {
        let target = locked(&self.shared.target).clone().expect("a shop to send to");
        webhooks::send(self.shared.dialect, &target, event, how).await
    }
}

async fn serve(shared: Arc<Shared>, stream: TcpStream, stopped: CancellationToken) {
    let service = service_fn(move |request| answer(shared.clone(), request));
    let connection =
        hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    // A lost answer ends the connection with an error: that is the point.
    let _ = stopped.run_until_cancelled(connection).await;
}

#[derive(Debug)]
struct Lost;

impl std::fmt::Display for Lost {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the answer is lost")
    }
}

impl std::error::Error for Lost {}

async fn answer(shared: Arc<Shared>, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Lost> {
    let call = read(request).await.ok_or(Lost)?;
    let step = shared.step(&call);
    let (fault, delivery) = {
        let mut script = locked(&shared.script);
        (step.map_or(Fault::None, |step| script.next(step)), script.next_delivery())
    };
    if let Fault::Refused(status) = fault {
        return Ok(response(&Answer::new(status, json!({}))));
    }
    if fault == Fault::NeverArrived {
        return Err(Lost);
    }
    let (answer, fresh) = shared.once(&call, fault);
    if fresh {
        shared.tell(&answer.events, delivery).await;
    }
    match fault {
        Fault::Late(pause) => tokio::time::sleep(pause).await,
        Fault::AnswerLost => return Err(Lost),
        _ => {}
    }
    Ok(response(&answer))
}

async fn read(request: Request<Incoming>) -> Option<Call> {
    let (head, body) = request.into_parts();
    let raw = String::from_utf8(body.collect().await.ok()?.to_bytes().to_vec()).ok()?;
    let header = |name: &str| head.headers.get(name)?.to_str().ok().map(str::to_owned);
    let is_form = header("content-type").is_some_and(|kind| kind.contains("form-urlencoded"));
    let query = head.uri.query().unwrap_or_default();
    let form = if is_form { raw.as_str() } else { "" };
    let pairs = |text: &str| url::form_urlencoded::parse(text.as_bytes()).into_owned().collect::<Vec<_>>();
    let fields = [pairs(query), pairs(form)].concat();
    Some(Call {
        method: head.method.to_string(),
        path: head.uri.path().split('/').skip(1).map(str::to_owned).collect(),
        fields,
        json: serde_json::from_str(&raw).unwrap_or_default(),
        key: header("idempotency-key").or_else(|| header("paypal-request-id")),
        authorization: header("authorization").unwrap_or_default(),
        raw,
    })
}

fn response(answer: &Answer) -> Response<Full<Bytes>> {
    let body = if answer.body.is_null() { String::new() } else { answer.body.to_string() };
    Response::builder()
        .status(answer.status)
        .header("content-type", "application/json")
        .body(Full::new(Bytes::from(body)))
        .unwrap()
}

impl Shared {
    fn step(&self, call: &Call) -> Option<Step> {
        let path: Vec<&str> = call.path.iter().map(String::as_str).collect();
        match self.dialect {
            Dialect::Stripe => stripe::step(&call.method, &path),
            Dialect::PayPal => paypal::step(&call.method, &path),
        }
    }

    /// The answer that the key has, or a new one; whether it is new.
    fn once(&self, call: &Call, fault: Fault) -> (Answer, bool) {
        let mut books = locked(&self.books);
        let content = format!("{} {}", call.path.join("/"), call.raw);
        if let Some((first, answer)) = call.key.as_ref().and_then(|key| books.answers.get(key)) {
            let same = *first == content;
            return (if same { answer.clone() } else { self.key_reused() }, false);
        }
        let failed = Answer::new(500, json!({ "error": { "type": "api_error" } }));
        let answer = match fault {
            Fault::FailedBefore => failed,
            Fault::FailedAfter => Answer { events: self.act(&mut books, call).events, ..failed },
            _ => self.act(&mut books, call),
        };
        let keeps = match self.dialect {
            // Stripe keeps also a failure; what was refused before it was tried it does not.
            Dialect::Stripe => answer.status != 401,
            // PayPal tells what has become of the first.
            Dialect::PayPal => answer.status < 300,
        };
        if let Some(key) = call.key.clone().filter(|_| keeps) {
            books.answers.insert(key, (content, answer.clone()));
        }
        books.events.extend(answer.events.iter().cloned());
        (answer, true)
    }

    fn act(&self, books: &mut Books, call: &Call) -> Answer {
        match self.dialect {
            Dialect::Stripe => stripe::act(books, call),
            Dialect::PayPal => paypal::act(books, call),
        }
    }

    fn key_reused(&self) -> Answer {
        match self.dialect {
            Dialect::Stripe => Answer::new(400, json!({ "error": { "type": "idempotency_error" } })),
            Dialect::PayPal => Answer::new(422, json!({ "name": "DUPLICATE_REQUEST_ID" })),
        }
    }

    async fn tell(self: &Arc<Self>, events: &[Value], delivery: Delivery) {
        let Some(target) = locked(&self.target).clone() else { return };
        webhooks::deliver(self.dialect, &target, events, delivery).await;
    }
}

impl Call {
    fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(field, _)| field == name).map(|(_, value)| value.as_str())
    }

    fn segments(&self) -> Vec<&str> {
        self.path.iter().map(String::as_str).collect()
    }
}

/// Seconds since 1970, as both write them.
fn now() -> i64 {
    Clock::default().now().timestamp()
}
