//! Enough of PayPal: access tokens, orders v2 with intent AUTHORIZE, payments v2, the vault, reports, webhook checks.

use kernel::OrderId;
use serde_json::{Value, json};

use super::books::{Books, Hold, HoldState, Return};
use super::faults::Step;
use super::webhooks::paypal_verifies;
use super::{Answer, Call, now};

pub const CLIENT_ID: &str = "client-of-the-double";
pub const CLIENT_SECRET: &str = "secret-of-the-double";
/// `CLIENT_ID:CLIENT_SECRET` in base64.
const BASIC: &str = "Basic Y2xpZW50LW9mLXRoZS1kb3VibGU6c2VjcmV0LW9mLXRoZS1kb3VibGU=";

const MONTH_S: i64 = 29 * 86_400;

pub fn step(method: &str, path: &[&str]) -> Option<Step> {
    Some(match (method, path) {
        ("POST", ["v2", "checkout", "orders", ..]) => Step::Authorize,
        ("POST", ["v2", "payments", "authorizations", _, "capture"]) => Step::Capture,
        ("POST", ["v2", "payments", "authorizations", _, "void"]) => Step::Void,
        ("POST", ["v2", "payments", "captures", _, "refund"]) => Step::Refund,
        ("GET", ["v2", ..]) | ("GET", ["v1", "reporting", ..]) => Step::Find,
        (_, ["v3", "vault", ..]) => Step::Save,
        ("POST", ["v1", "notifications", ..]) => Step::Verify,
        _ => return None,
    })
}

pub fn act(books: &mut Books, call: &Call) -> Answer {
    let (method, path) = (call.method.as_str(), call.segments());
    if path == ["v1", "oauth2", "token"] {
        return grant(books, call);
    }
    let token = call.authorization.strip_prefix("Bearer ").unwrap_or_default();
    if !books.sessions.contains(token) {
        return Answer::new(401, json!({ "error": "invalid_token" }));
    }
    match (method, path.as_slice()) {
        ("POST", ["v2", "checkout", "orders"]) => create(books, call),
        ("POST", ["v2", "checkout", "orders", id, "authorize"]) => authorize(books, id),
        ("GET", ["v2", "checkout", "orders", id]) => match books.find(id) {
            Some(hold) => Answer::new(200, order(hold)),
            None => error(404, "RESOURCE_NOT_FOUND", "INVALID_RESOURCE_ID"),
        },
        ("GET", ["v2", "payments", "captures", id]) => match books.find(id) {
            Some(hold) => Answer::new(200, capture_object(hold)),
            None => error(404, "RESOURCE_NOT_FOUND", "INVALID_RESOURCE_ID"),
        },
        ("GET", ["v2", "payments", "authorizations", id]) => match books.find(id) {
            Some(hold) => Answer::new(200, authorization(hold)),
            None => error(404, "RESOURCE_NOT_FOUND", "INVALID_RESOURCE_ID"),
        },
        ("POST", ["v2", "payments", "authorizations", id, "capture"]) => capture(books, call, id),
        ("POST", ["v2", "payments", "authorizations", id, "void"]) => void(books, id),
        ("POST", ["v2", "payments", "captures", id, "refund"]) => refund(books, call, id),
        ("GET", ["v1", "reporting", "transactions"]) => report(books),
        ("POST", ["v1", "notifications", "verify-webhook-signature"]) => {
            let status = if paypal_verifies(&call.json, &call.raw) { "SUCCESS" } else { "FAILURE" };
            Answer::new(200, json!({ "verification_status": status }))
        }
        ("POST", ["v3", "vault", "payment-tokens"]) => save(books, call),
        ("DELETE", ["v3", "vault", "payment-tokens", id]) => {
            books.saved.remove(*id);
            Answer::new(204, Value::Null)
        }
        _ => error(404, "RESOURCE_NOT_FOUND", ""),
    }
}

fn grant(books: &mut Books, call: &Call) -> Answer {
    if call.authorization != BASIC || call.field("grant_type") != Some("client_credentials") {
        return Answer::new(401, json!({ "error": "invalid_client" }));
    }
    let token = books.next("A21AA");
    books.sessions.insert(token.clone());
    Answer::new(200, json!({ "access_token": token, "token_type": "Bearer", "expires_in": 32_400 }))
}

fn create(books: &mut Books, call: &Call) -> Answer {
    let unit = &call.json["purchase_units"][0];
    let source = &call.json["payment_source"];
    let vaulted =
        source["card"]["vault_id"].as_str().or(source["paypal"]["vault_id"].as_str()).unwrap_or_default();
    let (state, refusal) = match vaulted {
        "missing" => return error(422, "UNPROCESSABLE_ENTITY", "TOKEN_ID_NOT_FOUND"),
        "declined" => return error(422, "UNPROCESSABLE_ENTITY", "INSTRUMENT_DECLINED"),
        "authentication" => return error(422, "UNPROCESSABLE_ENTITY", "PAYER_ACTION_REQUIRED"),
        "poor" => (HoldState::Nothing, "5120"),
        "expired" => (HoldState::Nothing, "5400"),
        "absent" => (HoldState::Waiting, ""),
        _ => (HoldState::Held, ""),
    };
    if call.json["intent"] != "AUTHORIZE" {
        return error(422, "UNPROCESSABLE_ENTITY", "INVALID_PARAMETER_VALUE");
    }
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let hold = Hold {
        id: books.next("AUTH"),
        parent: books.next("ORDER"),
        key: text(&unit["custom_id"]),
        capture_key: String::new(),
        capture: books.next("CAPTURE"),
        amount: text(&unit["amount"]["value"]),
        currency: text(&unit["amount"]["currency_code"]),
        state,
        refusal: refusal.to_owned(),
        captures: 0,
        returns: Vec::new(),
        at: now(),
    };
    // One that the shop has to authorise itself: the state is as good as held, and not told before.
    let by_itself = vaulted != "twostep";
    books.holds.push(Hold { state: if by_itself { state } else { HoldState::Waiting }, ..hold.clone() });
    if !by_itself {
        return Answer::new(201, json!({ "id": hold.parent, "status": "CREATED" }));
    }
    shown(books, &hold)
}

fn authorize(books: &mut Books, id: &str) -> Answer {
    let Some(hold) = books.find(id) else { return error(404, "RESOURCE_NOT_FOUND", "INVALID_RESOURCE_ID") };
    hold.state = HoldState::Held;
    let hold = hold.clone();
    shown(books, &hold)
}

fn shown(books: &mut Books, hold: &Hold) -> Answer {
    if hold.state == HoldState::Waiting {
        return Answer::new(201, json!({ "id": hold.parent, "status": "PAYER_ACTION_REQUIRED" }));
    }
    let answer = Answer::new(201, order(hold));
    if hold.state != HoldState::Held {
        return answer;
    }
    let told = event(books, "PAYMENT.AUTHORIZATION.CREATED", authorization(hold));
    answer.telling(told)
}

fn capture(books: &mut Books, call: &Call, id: &str) -> Answer {
    let Some(hold) = books.find(id) else { return error(404, "RESOURCE_NOT_FOUND", "INVALID_RESOURCE_ID") };
    match hold.state {
        HoldState::Held => {}
        HoldState::Captured => return error(422, "UNPROCESSABLE_ENTITY", "AUTHORIZATION_ALREADY_CAPTURED"),
        _ => return error(422, "UNPROCESSABLE_ENTITY", "AUTHORIZATION_VOIDED"),
    }
    if call.json["amount"]["value"] != hold.amount.as_str() {
        return error(422, "UNPROCESSABLE_ENTITY", "MAX_CAPTURE_AMOUNT_EXCEEDED");
    }
    hold.state = HoldState::Captured;
    hold.captures += 1;
    let body = capture_object(hold);
    let told = event(books, "PAYMENT.CAPTURE.COMPLETED", body.clone());
    Answer::new(201, body).telling(told)
}

fn void(books: &mut Books, id: &str) -> Answer {
    let Some(hold) = books.find(id) else { return error(404, "RESOURCE_NOT_FOUND", "INVALID_RESOURCE_ID") };
    match hold.state {
        HoldState::Held => {}
        HoldState::Captured => return error(422, "UNPROCESSABLE_ENTITY", "PREVIOUSLY_CAPTURED"),
        _ => return error(422, "UNPROCESSABLE_ENTITY", "PREVIOUSLY_VOIDED"),
    }
    hold.state = HoldState::Voided;
    let told = authorization(hold);
    let told = event(books, "PAYMENT.AUTHORIZATION.VOIDED", told);
    Answer::new(204, Value::Null).telling(told)
}

fn refund(books: &mut Books, call: &Call, id: &str) -> Answer {
    let amount = call.json["amount"]["value"].as_str().unwrap_or_default().to_owned();
    let refund = books.next("REFUND");
    let Some(hold) = books.find(id).filter(|hold| hold.state == HoldState::Captured) else {
        return error(404, "RESOURCE_NOT_FOUND", "INVALID_RESOURCE_ID");
    };
    let hundredths = |text: &str| text.replace('.', "").parse::<i64>().unwrap_or_default();
    let given: i64 = hold.returns.iter().map(|one| hundredths(&one.amount)).sum();
    if given + hundredths(&amount) > hundredths(&hold.amount) {
        return error(422, "UNPROCESSABLE_ENTITY", "REFUND_AMOUNT_EXCEEDED");
    }
    let key = call.json["custom_id"].as_str().unwrap_or_default().to_owned();
    let one = Return { id: refund, key, amount };
    let body = refund_object(hold, &one);
    hold.returns.push(one);
    let told = event(books, "PAYMENT.CAPTURE.REFUNDED", body.clone());
    Answer::new(201, body).telling(told)
}

fn report(books: &Books) -> Answer {
    let line = |code: &str, id: &str, value: String, hold: &Hold| {
        json!({ "transaction_info": {
            "transaction_id": id,
            "transaction_event_code": code,
            "transaction_initiation_date": at(hold.at).replace('Z', "+0000"),
            "transaction_amount": { "currency_code": hold.currency, "value": value },
            "transaction_status": "S",
            "custom_field": hold.key,
        } })
    };
    let mut lines = Vec::new();
    for hold in
        books.holds.iter().filter(|hold| !matches!(hold.state, HoldState::Nothing | HoldState::Waiting))
    {
        lines.push(line("T1300", &hold.id, hold.amount.clone(), hold));
        if hold.captures > 0 {
            lines.push(line("T0006", &hold.capture, hold.amount.clone(), hold));
        }
        if hold.state == HoldState::Voided {
            let mut void = line("T1302", &format!("{}V", hold.id), hold.amount.clone(), hold);
            void["transaction_info"]["paypal_reference_id"] = hold.id.clone().into();
            lines.push(void);
        }
        for one in &hold.returns {
            let of_return = Hold { key: one.key.clone(), ..hold.clone() };
            lines.push(line("T1107", &one.id, format!("-{}", one.amount), &of_return));
        }
    }
    Answer::new(200, json!({ "transaction_details": lines, "total_pages": 1 }))
}

fn save(books: &mut Books, call: &Call) -> Answer {
    let setup = call.json["payment_source"]["token"]["id"].as_str().unwrap_or_default();
    if setup == "declined" {
        return error(422, "UNPROCESSABLE_ENTITY", "INSTRUMENT_DECLINED");
    }
    let id = books.next("vault");
    books.saved.insert(id.clone());
    let card = json!({ "brand": "VISA", "last_digits": "4242", "expiry": "2031-11" });
    Answer::new(201, json!({ "id": id, "payment_source": { "card": card } }))
}

fn order(hold: &Hold) -> Value {
    let captures = if hold.captures > 0 { vec![capture_object(hold)] } else { Vec::new() };
    let refunds: Vec<Value> = hold.returns.iter().map(|one| refund_object(hold, one)).collect();
    let payments =
        json!({ "authorizations": [authorization(hold)], "captures": captures, "refunds": refunds });
    json!({ "id": hold.parent, "status": "COMPLETED", "purchase_units": [{ "payments": payments }] })
}

fn capture_object(hold: &Hold) -> Value {
    let href = format!("https://api-m.paypal.com/v2/payments/authorizations/{}", hold.id);
    json!({
        "id": hold.capture,
        "status": "COMPLETED",
        "amount": { "currency_code": hold.currency, "value": hold.amount },
        "custom_id": hold.key,
        "final_capture": true,
        "supplementary_data": { "related_ids": { "order_id": hold.parent } },
        "links": [{ "rel": "up", "href": href }],
    })
}

fn refund_object(hold: &Hold, one: &Return) -> Value {
    let href = format!("https://api-m.paypal.com/v2/payments/captures/{}", hold.capture);
    json!({
        "id": one.id,
        "status": "COMPLETED",
        "amount": { "currency_code": hold.currency, "value": one.amount },
        "custom_id": one.key,
        "links": [{ "rel": "up", "href": href }],
    })
}

fn authorization(hold: &Hold) -> Value {
    let status = match hold.state {
        HoldState::Nothing => "DENIED",
        HoldState::Waiting => "PENDING",
        HoldState::Held => "CREATED",
        HoldState::Captured => "CAPTURED",
        HoldState::Voided => "VOIDED",
    };
    json!({
        "id": hold.id,
        "status": status,
        "amount": { "currency_code": hold.currency, "value": hold.amount },
        "custom_id": hold.key,
        "expiration_time": at(hold.at + MONTH_S),
        "supplementary_data": { "related_ids": { "order_id": hold.parent } },
        "processor_response": { "response_code": hold.refusal },
    })
}

pub fn dispute(books: &mut Books, order_id: OrderId) -> Value {
    let hold =
        books.of(order_id).into_iter().find(|hold| hold.captures > 0).expect("a captured order").clone();
    let dispute = json!({
        "dispute_id": books.next("PP-D-"),
        "disputed_transactions": [{ "seller_transaction_id": hold.capture }],
        "dispute_amount": { "currency_code": hold.currency, "value": hold.amount },
        "dispute_life_cycle_stage": "CHARGEBACK",
        "status": "UNDER_REVIEW",
    });
    event(books, "CUSTOMER.DISPUTE.CREATED", dispute)
}

fn event(books: &mut Books, kind: &str, resource: Value) -> Value {
    let id = books.next("WH-");
    json!({ "id": id, "event_type": kind, "create_time": at(now()), "resource": resource })
}

fn at(seconds: i64) -> String {
    let at = kernel::Timestamp::from_timestamp(seconds, 0).unwrap_or_default();
    at.to_rfc3339().replace("+00:00", "Z")
}

fn error(status: u16, name: &str, issue: &str) -> Answer {
    Answer::new(status, json!({ "name": name, "details": [{ "issue": issue }] }))
}
