//! A broker of somebody else's: what its Secret says about it.

use std::collections::BTreeMap;

use crate::fields::Fields;
use crate::names;

/// Where it is, and as whom to look after it.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct ExternalBroker {
    pub host: String,
    pub amqp_port: u16,
    pub mqtt_port: u16,
    /// Base of the management API's addresses, without a slash at the end.
    pub management_url: String,
    pub vhost: String,
    pub username: String,
    pub password: String,
    /// Whom to trust, in PEM; None: its connections are plain.
    pub ca: Option<String>,
}

impl ExternalBroker {
    /// From the Secret's data; or what is wrong with it, without telling any of it.
    pub fn from_data(data: &BTreeMap<String, Vec<u8>>) -> Result<Self, String> {
        let fields = Fields(data);
        let tls = match fields.find("tls")?.as_deref() {
            None | Some("false") => false,
            Some("true") => true,
            Some(_) => return Err("tls must be true or false".to_owned()),
        };
        let ca = if tls { fields.pem("ca.crt")? } else { None };
        if tls && ca.is_none() {
            return Err("with tls it must hold ca.crt, a certificate in PEM".to_owned());
        }
        let host = fields.host("host")?.ok_or("it must hold host")?;
        let scheme = if tls { "https" } else { "http" };
        let management = fields.find("managementUrl")?;
        let management =
            management.unwrap_or_else(|| format!("{scheme}://{host}:{}", if tls { 15671 } else { 15672 }));
        if !(management.starts_with("http://") || management.starts_with("https://")) {
            return Err("managementUrl must begin with http:// or https://".to_owned());
        }
        Ok(Self {
            amqp_port: fields.port("amqpPort", if tls { 5671 } else { 5672 })?,
            mqtt_port: fields.port("mqttPort", if tls { 8883 } else { 1883 })?,
            management_url: management.trim_end_matches('/').to_owned(),
            vhost: fields.find("vhost")?.unwrap_or_else(|| names::VHOST.to_owned()),
            username: fields.need("username")?,
            password: fields.need("password")?,
            ca,
            host,
        })
    }
}

/// Neither the password nor who may use it.
impl std::fmt::Debug for ExternalBroker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ExternalBroker").field("host", &self.host).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn data(pairs: &[(&str, &str)]) -> BTreeMap<String, Vec<u8>> {
        pairs.iter().map(|(key, value)| ((*key).to_owned(), value.as_bytes().to_vec())).collect()
    }

    const LEAST: [(&str, &str); 3] = [("host", "mq.example\n"), ("username", "root"), ("password", "s3cret")];

    #[test]
    fn host_and_credentials_are_enough() {
        let broker = ExternalBroker::from_data(&data(&LEAST)).unwrap();
        assert_eq!((broker.amqp_port, broker.mqtt_port, broker.vhost.as_str()), (5672, 1883, "shop"));
        assert_eq!(broker.management_url, "http://mq.example:15672");
        assert!(!format!("{broker:?}").contains("s3cret"));
    }

    #[test]
    fn with_tls_the_usual_ports_are_others_and_a_ca_is_needed() {
        let pairs = [&LEAST[..], &[("tls", "true")]].concat();
        assert!(ExternalBroker::from_data(&data(&pairs)).unwrap_err().contains("ca.crt"));
        let pairs = [&pairs[..], &[("ca.crt", "-----BEGIN CERTIFICATE-----\n")]].concat();
        let broker = ExternalBroker::from_data(&data(&pairs)).unwrap();
        assert_eq!((broker.amqp_port, broker.mqtt_port), (5671, 8883));
        assert_eq!(broker.management_url, "https://mq.example:15671");
    }

    #[test]
    fn what_is_wrong_is_named_and_nothing_is_told() {
        for (key, value) in [
            ("host", "amqp://s3cret@mq"),
            ("amqpPort", "s3cret"),
            ("mqttPort", "0"),
            ("managementUrl", "s3cret"),
            ("tls", "s3cret"),
            ("vhost", ""),
            ("password", "s3cret\r\nx"),
        ] {
            let pairs = [&LEAST[..], &[(key, value)]].concat();
            let why = ExternalBroker::from_data(&data(&pairs)).unwrap_err();
            assert!(why.contains(key) && !why.contains("s3cret"), "{key}: {why}");
        }
        for (left_out, _) in LEAST {
            let pairs: Vec<_> = LEAST.into_iter().filter(|(key, _)| *key != left_out).collect();
            assert!(ExternalBroker::from_data(&data(&pairs)).unwrap_err().contains(left_out));
        }
    }
}
