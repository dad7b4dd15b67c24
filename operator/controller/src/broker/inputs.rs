//! What a build must know of the broker, read from the objects that are there.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use operator_desired::{BrokerInputs, COOKIE, ExternalBroker, Kind, cookie_secret_name, volume_name};

use crate::live::Live;

pub fn inputs(stack: &str, live: &Live, external: Option<ExternalBroker>) -> BrokerInputs {
    BrokerInputs { volumes: volumes(stack, live), cookie: cookie(stack, live), external }
}

/// Counted from the first, so that a stray claim with a great number does not bring nodes.
fn volumes(stack: &str, live: &Live) -> u32 {
    let claim = Kind::named("PersistentVolumeClaim");
    (0..).take_while(|node| live.get(claim, &volume_name(stack, *node)).is_some()).map(|_| 1).sum()
}

/// As it is, if it can be one: Erlang takes letters, digits, dashes and underscores without a second thought.
fn cookie(stack: &str, live: &Live) -> Option<String> {
    let secret = live.get(Kind::named("Secret"), &cookie_secret_name(stack))?;
    let text = String::from_utf8(STANDARD.decode(secret.value["data"][COOKIE].as_str()?).ok()?).ok()?;
    let fit = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    (text.len() >= 20 && text.bytes().all(fit)).then_some(text)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::live::LiveObject;

    fn object(kind: &str, name: &str, data: Value) -> LiveObject {
        LiveObject::of(Kind::named(kind), json!({"metadata": {"name": name}, "data": data}))
    }

    #[test]
    fn volumes_are_counted_until_one_is_missing() {
        let claim = |name: &str| object("PersistentVolumeClaim", name, Value::Null);
        let live =
            ["data-shop-rabbitmq-0", "data-shop-rabbitmq-1", "data-shop-rabbitmq-3", "data-other-rabbitmq-2"];
        assert_eq!(inputs("shop", &live.into_iter().map(claim).collect(), None).volumes, 2);
        assert_eq!(inputs("shop", &Live::default(), None).volumes, 0);
    }

    #[test]
    fn a_cookie_is_kept_unless_it_can_be_none() {
        let with = |cookie: &str| {
            let data = json!({COOKIE: STANDARD.encode(cookie)});
            inputs("shop", &[object("Secret", "shop-rabbitmq-cookie", data)].into_iter().collect(), None)
                .cookie
        };
        assert_eq!(with("a-cookie_of_twenty-one").as_deref(), Some("a-cookie_of_twenty-one"));
        assert_eq!(with("short"), None);
        assert_eq!(with("a cookie with blanks in it"), None);
    }
}
