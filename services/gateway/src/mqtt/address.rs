//! Where the broker is and who we are there, out of one variable.

use percent_encoding::percent_decode_str;
use platform::{ConfigError, Settings};
use secrecy::ExposeSecret;
use url::Url;

const VARIABLE: &str = "MQTT_URL";

const PORT: u16 = 1883;
const TLS_PORT: u16 = 8883;

pub struct Address {
    pub host: String,
    pub port: u16,
    /// With RabbitMQ's vhost before a colon, where it is not the default one.
    pub user: String,
    pub password: String,
    /// Of an `mqtts` URL.
    pub over_tls: bool,
}

impl Address {
    pub fn from_settings(settings: &Settings) -> Result<Self, ConfigError> {
        let secret = settings.secret(VARIABLE)?;
        Self::parse(secret.expose_secret())
            .map_err(|reason| ConfigError::Wrong { name: VARIABLE.to_owned(), reason })
    }

    /// The reason never repeats the URL, for that holds a password.
    fn parse(text: &str) -> Result<Self, String> {
        let url = Url::parse(text).map_err(|error| error.to_string())?;
        let over_tls = url.scheme() == "mqtts";
        let host = url.host_str().filter(|_| over_tls || url.scheme() == "mqtt");
        let host = host.ok_or("it must be mqtt://host:port or mqtts://host:port")?;
        let decoded = |text| percent_decode_str(text).decode_utf8().map(String::from);
        let not_text = |_| "user and password must be UTF-8".to_owned();
        Ok(Self {
            host: host.to_owned(),
            port: url.port().unwrap_or(if over_tls { TLS_PORT } else { PORT }),
            user: decoded(url.username()).map_err(not_text)?,
            password: decoded(url.password().unwrap_or_default()).map_err(not_text)?,
            over_tls,
        })
    }
}

impl std::fmt::Display for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_may_carry_its_vhost() {
        let address = Address::parse("mqtt://shop%3Agateway:p%40ss@broker:1884").ok().unwrap();
        assert_eq!((address.user.as_str(), address.password.as_str()), ("shop:gateway", "p@ss"));
        assert_eq!((address.to_string().as_str(), address.over_tls), ("broker:1884", false));
    }

    #[test]
    fn tls_has_a_port_of_its_own() {
        let address = Address::parse("mqtts://gateway:secret@broker").ok().unwrap();
        assert_eq!((address.to_string().as_str(), address.over_tls), ("broker:8883", true));
    }

    #[test]
    fn another_scheme_is_refused_without_repeating_the_password() {
        let reason = Address::parse("http://user:secret@broker").err().unwrap();
        assert_eq!(reason, "it must be mqtt://host:port or mqtts://host:port");
    }
}
