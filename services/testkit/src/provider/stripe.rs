//! Enough of Stripe: PaymentIntents, refunds, customers, SetupIntents, events.

use kernel::OrderId;
use serde_json::{Value, json};

use super::books::{Books, Hold, HoldState, Return};
use super::faults::Step;
use super::{Answer, Call, now};

pub const SECRET_KEY: &str = "sk_test_of_the_double";

const WEEK_S: i64 = 7 * 86_400;

pub fn step(method: &str, path: &[&str]) -> Option<Step> {
    Some(match (method, path) {
        ("POST", ["v1", "payment_intents"]) => Step::Authorize,
        ("POST", ["v1", "payment_intents", _, "capture"]) => Step::Capture,
        ("POST", ["v1", "payment_intents", _, "cancel"]) => Step::Void,
        ("POST", ["v1", "refunds"]) => Step::Refund,
        ("GET", ["v1", "payment_intents", ..] | ["v1", "refunds"]) => Step::Find,
        ("POST", ["v1", "customers" | "setup_intents" | "payment_methods", ..]) => Step::Save,
        _ => return None,
    })
}

pub fn act(books: &mut Books, call: &Call) -> Answer {
    if call.authorization != format!("Bearer {SECRET_KEY}") {
        return error(401, "invalid_request_error", "", "");
    }
    match (call.method.as_str(), call.segments().as_slice()) {
        ("POST", ["v1", "payment_intents"]) => create(books, call),
        ("GET", ["v1", "payment_intents", "search"]) => search(books, call),
        ("GET", ["v1", "payment_intents", id]) => with(books, id, |hold| Answer::new(200, intent(hold))),
        ("POST", ["v1", "payment_intents", id, "capture"]) => capture(books, call, id),
        ("POST", ["v1", "payment_intents", id, "cancel"]) => cancel(books, call, id),
        ("POST", ["v1", "refunds"]) => refund(books, call),
        ("GET", ["v1", "refunds"]) => refunds(books, call),
        ("GET", ["v1", "events"]) => events(books, call),
        ("POST", ["v1", "customers"]) => {
            let id = books.next("cus_");
            Answer::new(200, json!({ "id": id, "object": "customer" }))
        }
        ("POST", ["v1", "setup_intents"]) => set_up(books, call),
        ("POST", ["v1", "payment_methods", id, "detach"]) => {
            books.saved.remove(*id);
            Answer::new(200, json!({ "id": id, "object": "payment_method" }))
        }
        _ => error(404, "invalid_request_error", "resource_missing", "id"),
    }
}

/// What the bank says to a means of payment, by its name.
fn verdict(method: &str) -> (HoldState, &'static str) {
    match method {
        "pm_card_insufficient_funds" => (HoldState::Nothing, "insufficient_funds"),
        "pm_card_declined" => (HoldState::Nothing, "generic_decline"),
        "pm_card_expired" => (HoldState::Nothing, "expired_card"),
        "pm_card_authentication_required" => (HoldState::Nothing, "authentication_required"),
        "pm_card_requires_action" => (HoldState::Waiting, ""),
        _ => (HoldState::Held, ""),
    }
}

fn create(books: &mut Books, call: &Call) -> Answer {
    let field = |name| call.field(name).unwrap_or_default().to_owned();
    let method = field("payment_method");
    if !method.starts_with("pm_") || method == "pm_missing" {
        return error(400, "invalid_request_error", "resource_missing", "payment_method");
    }
    if field("capture_method") != "manual"
        || field("confirm") != "true"
        || field("currency") != field("currency").to_lowercase()
    {
        return error(400, "invalid_request_error", "parameter_invalid", "");
    }
    let (state, refusal) = verdict(&method);
    let hold = Hold {
        id: books.next("pi_"),
        parent: String::new(),
        key: field("metadata[key]"),
        capture_key: String::new(),
        capture: books.next("ch_"),
        amount: field("amount"),
        currency: field("currency"),
        state,
        refusal: refusal.to_owned(),
        captures: 0,
        returns: Vec::new(),
        at: now(),
    };
    let shown = intent(&hold);
    books.holds.push(hold);
    match state {
        HoldState::Nothing => {
            let code = match refusal {
                "expired_card" | "authentication_required" => refusal,
                _ => "card_declined",
            };
            let body = json!({ "error": {
                "type": "card_error", "code": code, "decline_code": refusal, "payment_intent": shown,
            } });
            Answer::new(402, body).telling(event(books, "payment_intent.payment_failed", shown))
        }
        HoldState::Held => {
            let told = event(books, "payment_intent.amount_capturable_updated", shown.clone());
            Answer::new(200, shown).telling(told)
        }
        _ => Answer::new(200, shown),
    }
}

fn search(books: &Books, call: &Call) -> Answer {
    let query = call.field("query").unwrap_or_default();
    let found = books.holds.iter().filter(|hold| query == format!("metadata['key']:'{}'", hold.key));
    list(found.map(intent).collect())
}

fn capture(books: &mut Books, call: &Call, id: &str) -> Answer {
    let key = call.field("metadata[capture_key]").unwrap_or_default().to_owned();
    let amount = call.field("amount_to_capture").unwrap_or_default().to_owned();
    let Some(hold) = books.find(id) else {
        return error(404, "invalid_request_error", "resource_missing", "intent");
    };
    if hold.state != HoldState::Held {
        return error(400, "invalid_request_error", "payment_intent_unexpected_state", "");
    }
    if hold.amount != amount {
        return error(400, "invalid_request_error", "amount_too_large", "amount_to_capture");
    }
    hold.state = HoldState::Captured;
    hold.captures += 1;
    hold.capture_key = key;
    let shown = intent(hold);
    let told = event(books, "payment_intent.succeeded", shown.clone());
    Answer::new(200, shown).telling(told)
}

fn cancel(books: &mut Books, call: &Call, id: &str) -> Answer {
    let reason = call.field("cancellation_reason").unwrap_or_default().to_owned();
    let Some(hold) = books.find(id) else {
        return error(404, "invalid_request_error", "resource_missing", "intent");
    };
    match hold.state {
        HoldState::Held => hold.state = HoldState::Voided,
        HoldState::Waiting | HoldState::Nothing => {
            hold.state = HoldState::Nothing;
            hold.refusal = reason;
        }
        HoldState::Captured | HoldState::Voided => {
            return error(400, "invalid_request_error", "payment_intent_unexpected_state", "");
        }
    }
    let mut shown = intent(hold);
    shown["status"] = "canceled".into();
    let told = event(books, "payment_intent.canceled", shown.clone());
    Answer::new(200, shown).telling(told)
}

fn refund(books: &mut Books, call: &Call) -> Answer {
    let field = |name| call.field(name).unwrap_or_default().to_owned();
    let (charge, id) = (field("charge"), books.next("re_"));
    let Some(hold) = books.find(&charge).filter(|hold| hold.state == HoldState::Captured) else {
        return error(400, "invalid_request_error", "resource_missing", "charge");
    };
    let units = |text: &str| text.parse::<i64>().unwrap_or_default();
    let given: i64 = hold.returns.iter().map(|one| units(&one.amount)).sum();
    if given + units(&field("amount")) > units(&hold.amount) {
        return error(400, "invalid_request_error", "charge_already_refunded", "");
    }
    let one = Return { id, key: field("metadata[key]"), amount: field("amount") };
    hold.returns.push(one.clone());
    let shown = refund_object(hold, &one);
    let told = event(books, "refund.created", shown.clone());
    Answer::new(200, shown).telling(told)
}

fn refunds(books: &mut Books, call: &Call) -> Answer {
    let charge = call.field("charge").unwrap_or_default().to_owned();
    let of_charge =
        books.find(&charge).map(|hold| hold.returns.iter().map(|one| refund_object(hold, one)).collect());
    list(of_charge.unwrap_or_default())
}

/// Newest first, as Stripe lists; three at once, so that a reader has to go on.
fn events(books: &Books, call: &Call) -> Answer {
    let bound = |name| call.field(name).and_then(|text| text.parse::<i64>().ok());
    let (from, end) = (bound("created[gte]").unwrap_or_default(), bound("created[lt]").unwrap_or(i64::MAX));
    let within = |event: &&Value| event["created"].as_i64().is_some_and(|at| (from..end).contains(&at));
    let all: Vec<&Value> = books.events.iter().rev().filter(within).collect();
    let start = call.field("starting_after").and_then(|id| all.iter().position(|event| event["id"] == id));
    let rest = &all[start.map_or(0, |at| at + 1)..];
    let data: Vec<Value> = rest.iter().take(3).map(|event| (*event).clone()).collect();
    Answer::new(200, json!({ "object": "list", "has_more": rest.len() > data.len(), "data": data }))
}

fn set_up(books: &mut Books, call: &Call) -> Answer {
    let method = call.field("payment_method").unwrap_or_default().to_owned();
    let (state, refusal) = verdict(&method);
    if !method.starts_with("pm_") || state == HoldState::Nothing {
        return error(402, "card_error", "card_declined", refusal);
    }
    books.saved.insert(method.clone());
    let card = json!({ "brand": "visa", "last4": "4242", "exp_month": 11, "exp_year": 2031 });
    let body = json!({
        "id": books.next("seti_"),
        "object": "setup_intent",
        "status": "succeeded",
        "payment_method": { "id": method, "object": "payment_method", "card": card },
    });
    Answer::new(200, body)
}

fn intent(hold: &Hold) -> Value {
    let units: i64 = hold.amount.parse().unwrap_or_default();
    let status = match hold.state {
        HoldState::Nothing if hold.refusal == "abandoned" => "canceled",
        HoldState::Nothing => "requires_payment_method",
        HoldState::Waiting => "requires_action",
        HoldState::Held => "requires_capture",
        HoldState::Captured => "succeeded",
        HoldState::Voided => "canceled",
    };
    let card = json!({ "capture_before": hold.at + WEEK_S });
    json!({
        "id": hold.id,
        "object": "payment_intent",
        "amount": units,
        "amount_received": if hold.state == HoldState::Captured { units } else { 0 },
        "currency": hold.currency,
        "status": status,
        "cancellation_reason": if hold.refusal == "abandoned" { json!("abandoned") } else { Value::Null },
        "latest_charge": { "id": hold.capture, "object": "charge", "payment_method_details": { "card": card } },
        "last_payment_error": if status == "requires_payment_method" {
            json!({ "type": "card_error", "code": "card_declined", "decline_code": hold.refusal })
        } else {
            Value::Null
        },
        "metadata": { "key": hold.key, "capture_key": hold.capture_key },
    })
}

fn refund_object(hold: &Hold, one: &Return) -> Value {
    json!({
        "id": one.id,
        "object": "refund",
        "status": "succeeded",
        "amount": one.amount.parse::<i64>().unwrap_or_default(),
        "currency": hold.currency,
        "charge": hold.capture,
        "payment_intent": hold.id,
        "metadata": { "key": one.key },
    })
}

pub fn dispute(books: &mut Books, order_id: OrderId) -> Value {
    let hold =
        books.of(order_id).into_iter().find(|hold| hold.captures > 0).expect("a captured order").clone();
    let dispute = json!({
        "id": books.next("du_"),
        "object": "dispute",
        "amount": hold.amount.parse::<i64>().unwrap_or_default(),
        "currency": hold.currency,
        "charge": hold.capture,
        "payment_intent": hold.id,
        "status": "needs_response",
    });
    event(books, "charge.dispute.created", dispute)
}

fn event(books: &mut Books, kind: &str, object: Value) -> Value {
    let id = books.next("evt_");
    json!({ "id": id, "object": "event", "type": kind, "created": now(), "data": { "object": object } })
}

fn with(books: &mut Books, id: &str, shown: impl FnOnce(&Hold) -> Answer) -> Answer {
    match books.find(id) {
        Some(hold) => shown(hold),
        None => error(404, "invalid_request_error", "resource_missing", "intent"),
    }
}

fn list(data: Vec<Value>) -> Answer {
    Answer::new(200, json!({ "object": "list", "has_more": false, "data": data }))
}

fn error(status: u16, kind: &str, code: &str, param: &str) -> Answer {
    Answer::new(status, json!({ "error": { "type": kind, "code": code, "param": param } }))
}
