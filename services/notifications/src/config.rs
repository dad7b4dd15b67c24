//! The channels as the environment configures them. Whatever is wrong is said at the start, and secrets are not repeated.

use std::sync::Arc;
use std::time::Duration;

use contracts::api::notifications::Channel;
use lettre::message::Mailbox;
use platform::outbound::Outbound;
use platform::{ConfigError, Context, Settings};
use reqwest::Method;
use reqwest::header::{HeaderName, HeaderValue};
use secrecy::ExposeSecret;
use url::Url;

use crate::channel::email::Email;
use crate::channel::push::{Vapid, WebPush};
use crate::channel::sink::Sink;
use crate::channel::sms::{Body, Sms};
use crate::channel::{Courier, Couriers};
use crate::render::Shop;

const ADAPTERS: [&str; 3] = ["SMTP_URL", "SMS_URL", "VAPID_PRIVATE_KEY"];

pub struct Config {
    pub shop: Shop,
    pub couriers: Couriers,
    pub push_key: Option<String>,
    pub outbound: Outbound,
    pub send_within: Duration,
    /// Whether messages stay here, to be looked at.
    pub sink: bool,
    /// 0: for ever.
    pub retention_days: u16,
}

impl Config {
    pub fn from_context(context: &Context) -> Result<Self, ConfigError> {
        let settings = &context.settings;
        let send_within = Duration::from_millis(settings.parsed_or("SEND_TIMEOUT_MS", 10_000)?);
        if !(Duration::from_millis(100)..=Duration::from_secs(30)).contains(&send_within) {
            return Err(wrong("SEND_TIMEOUT_MS", "it must be 100 to 30000"));
        }
        let outbound = Outbound::from_settings(settings, send_within)?;
        let vapid = vapid(settings)?;
        let push_key = vapid.as_ref().map(|vapid| vapid.public_key().to_owned());
        let configured = ADAPTERS.iter().any(|name| settings.find(name).is_some());
        let sink = settings.parsed_or("NOTIFICATIONS_SINK", !configured)?;
        let couriers = if sink {
            sink_for_all(context)
        } else {
            let mut couriers = Couriers::new();
            couriers.insert(Channel::Email, email(settings, send_within)?);
            couriers.extend(sms(context, send_within)?.map(|sms| (Channel::Sms, sms)));
            let push = vapid.map(|vapid| push(context, outbound.clone(), vapid));
            couriers.extend(push.map(|push| (Channel::WebPush, push)));
            couriers
        };
        Ok(Self {
            shop: shop(settings)?,
            couriers,
            push_key,
            outbound,
            send_within,
            sink,
            retention_days: settings.parsed_or("NOTIFICATIONS_RETENTION_DAYS", 90)?,
        })
    }
}

fn wrong(name: &str, reason: impl ToString) -> ConfigError {
    ConfigError::Wrong { name: name.to_owned(), reason: reason.to_string() }
}

fn shop(settings: &Settings) -> Result<Shop, ConfigError> {
    let name = settings.find("SHOP_NAME").unwrap_or("Shop").to_owned();
    let url: Option<Url> = settings.find("SHOP_URL").map(|_| settings.parsed("SHOP_URL")).transpose()?;
    if url.as_ref().is_some_and(|url| !matches!(url.scheme(), "http" | "https")) {
        return Err(wrong("SHOP_URL", "it must begin with https:// or http://"));
    }
    Ok(Shop { name, url })
}

fn sink_for_all(context: &Context) -> Couriers {
    let sink: Arc<dyn Courier> =
        Arc::new(Sink { database: context.database(), clock: context.clock.clone() });
    Channel::ALL.into_iter().map(|channel| (channel, sink.clone())).collect()
}

/// Without it nobody could be told what they must know: it is never missing where the sink is not.
fn email(settings: &Settings, timeout: Duration) -> Result<Arc<dyn Courier>, ConfigError> {
    let url = settings.secret("SMTP_URL")?;
    let from: Mailbox = settings.parsed("MAIL_FROM")?;
    let email = Email::new(&url, from, timeout).map_err(|error| wrong("SMTP_URL", error))?;
    Ok(Arc::new(email))
}

fn sms(context: &Context, timeout: Duration) -> Result<Option<Arc<dyn Courier>>, ConfigError> {
    let settings = &context.settings;
    if settings.find("SMS_URL").is_none() {
        return Ok(None);
    }
    let url: Url = settings.parsed("SMS_URL")?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(wrong("SMS_URL", "it must begin with https:// or http://"));
    }
    let method: Method = settings.parsed_or("SMS_METHOD", Method::POST)?;
    if !matches!(method, Method::POST | Method::PUT) {
        return Err(wrong("SMS_METHOD", "it must be POST or PUT"));
    }
    let body = settings.find("SMS_BODY").unwrap_or(r#"{"to":"{to}","text":"{text}"}"#);
    let body = Body::parse(body).map_err(|error| wrong("SMS_BODY", error))?;
    let (http, clock, authorization) = (context.http.clone(), context.clock.clone(), sms_key(settings)?);
    Ok(Some(Arc::new(Sms { http, clock, url, method, authorization, body, timeout })))
}

fn sms_key(settings: &Settings) -> Result<Option<(HeaderName, HeaderValue)>, ConfigError> {
    let name = settings.parsed_or("SMS_AUTH_HEADER", reqwest::header::AUTHORIZATION)?;
    if settings.find("SMS_AUTH").is_none() {
        return Ok(None);
    }
    let secret = settings.secret("SMS_AUTH")?;
    let value = HeaderValue::from_str(secret.expose_secret());
    let mut value = value.map_err(|_| wrong("SMS_AUTH", "it can't be the value of a header"))?;
    value.set_sensitive(true);
    Ok(Some((name, value)))
}

fn vapid(settings: &Settings) -> Result<Option<Vapid>, ConfigError> {
    if settings.find("VAPID_PRIVATE_KEY").is_none() {
        return Ok(None);
    }
    let pem = settings.secret("VAPID_PRIVATE_KEY")?;
    let subject = settings.text("VAPID_SUBJECT")?;
    if !subject.starts_with("mailto:") && !subject.starts_with("https://") {
        return Err(wrong("VAPID_SUBJECT", "it must begin with mailto: or https://"));
    }
    let vapid = Vapid::from_pem(pem.expose_secret(), subject.to_owned());
    vapid.map(Some).map_err(|error| wrong("VAPID_PRIVATE_KEY", error))
}

fn push(context: &Context, outbound: Outbound, vapid: Vapid) -> Arc<dyn Courier> {
    Arc::new(WebPush { outbound, clock: context.clock.clone(), vapid })
}
