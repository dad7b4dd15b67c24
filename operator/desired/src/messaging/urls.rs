//! How a role reaches the broker, as its Secret says it.

use contracts::Role;

use super::{MessagingPlan, definitions};
use crate::ports::Rabbitmq;
use crate::{Inputs, ValidatedStack, names};

/// Host, ports and vhost, and whether connections are secured.
struct Place {
    host: String,
    amqp: u16,
    mqtt: u16,
    vhost: String,
    tls: bool,
}

/// The variables of `role`; none where the broker is not known.
pub fn urls(stack: &ValidatedStack, inputs: &Inputs, role: Role) -> Vec<(&'static str, String)> {
    let Some(place) = place(stack, inputs) else { return Vec::new() };
    let Place { host, amqp, mqtt, vhost, tls } = place;
    let (user, password) = (definitions::user_name(stack, role), inputs.root.rabbitmq_password(role.name()));
    let scheme = |plain: &str| format!("{plain}{}", if tls { "s" } else { "" });
    let mut urls = Vec::new();
    if role.speaks_amqp() {
        let (scheme, vhost) = (scheme("amqp"), encoded(&vhost));
        urls.push(("AMQP_URL", format!("{scheme}://{user}:{password}@{host}:{amqp}/{vhost}")));
    }
    if role.spec().publishes_mqtt {
        // In MQTT the vhost is part of the user's name, where it is not the one that the plugin takes by itself.
        let own = vhost == names::VHOST && !matches!(stack.messaging, MessagingPlan::External { .. });
        let user = if own { user } else { encoded(&format!("{vhost}:{user}")) };
        urls.push(("MQTT_URL", format!("{}://{user}:{password}@{host}:{mqtt}", scheme("mqtt"))));
    }
    urls
}

fn place(stack: &ValidatedStack, inputs: &Inputs) -> Option<Place> {
    if let MessagingPlan::External { .. } = stack.messaging {
        let broker = inputs.broker.external.as_ref()?;
        return Some(Place {
            host: broker.host.clone(),
            amqp: broker.amqp_port,
            mqtt: broker.mqtt_port,
            vhost: broker.vhost.clone(),
            tls: broker.ca.is_some(),
        });
    }
    let tls = stack.mtls;
    Some(Place {
        host: names::rabbitmq(stack),
        amqp: Rabbitmq::Amqp.port(tls),
        mqtt: Rabbitmq::Mqtt.port(tls),
        vhost: names::VHOST.to_owned(),
        tls,
    })
}

/// For a segment of a URL.
fn encoded(text: &str) -> String {
    let one = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
        other => format!("%{other:02X}"),
    };
    text.bytes().map(one).collect()
}
