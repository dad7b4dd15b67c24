//! Web push (RFC 8030): an encrypted message to the push service of each browser that has subscribed.

mod encryption;
mod vapid;

use futures::FutureExt;
use futures::future::{BoxFuture, join_all};
use kernel::Clock;
use platform::outbound::Outbound;
use reqwest::StatusCode;
use reqwest::header::{AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE};
use serde_json::json;

pub use encryption::is_public_key;
pub use vapid::Vapid;

use super::{Browser, Courier, Outcome, Parcel, Receipt, Recipient, answer};

/// How long the push service keeps it for a browser that is closed.
const KEEP_SECONDS: &str = "86400";

/// A push service takes 4096 bytes, encryption included: whatever the letters, these many fit.
const LONGEST_TEXT: usize = 500;

pub struct WebPush {
    pub outbound: Outbound,
    pub clock: Clock,
    pub vapid: Vapid,
}

/// What became of it at one browser.
enum Reached {
    Yes,
    Gone,
    No(Outcome),
}

impl WebPush {
    async fn reach(&self, browser: &Browser, parcel: &Parcel, content: &[u8]) -> Reached {
        let now = self.clock.now();
        // What was good when it was given and is refused now can't be reached by anybody.
        let Ok(endpoint) = self.outbound.check(&browser.endpoint) else { return Reached::Gone };
        let Ok(body) = encryption::encrypt(content, &browser.p256dh, &browser.auth) else {
            return Reached::Gone;
        };
        let Ok(authorization) = self.vapid.authorize(&endpoint, now) else {
            return Reached::No(Outcome::later("the push could not be signed"));
        };
        let request = self
            .outbound
            .client()
            .post(endpoint)
            .header(AUTHORIZATION, authorization)
            .header(CONTENT_TYPE, "application/octet-stream")
            .header(CONTENT_ENCODING, "aes128gcm")
            .header("ttl", KEEP_SECONDS)
            .header("urgency", "normal")
            // A repetition takes the place of the first one where that still waits.
            .header("topic", parcel.id.0.simple().to_string())
            .body(body);
        let answer = request.send().await;
        if let Ok(answer) = &answer
            && matches!(answer.status(), StatusCode::NOT_FOUND | StatusCode::GONE)
        {
            return Reached::Gone;
        }
        match answer::outcome("the push service", &answer, now) {
            Outcome::Sent => Reached::Yes,
            other => Reached::No(other),
        }
    }
}

impl Courier for WebPush {
    fn deliver<'a>(&'a self, parcel: &'a Parcel) -> BoxFuture<'a, Receipt> {
        async move {
            let Recipient::WebPush { browsers } = &parcel.recipient else {
                return Outcome::misdirected().into();
            };
            let content = content(parcel);
            let all = browsers.iter().map(|browser| self.reach(browser, parcel, content.as_bytes()));
            let reached = join_all(all).await;
            receipt(browsers, reached)
        }
        .boxed()
    }
}

/// What the page's service worker shows.
fn content(parcel: &Parcel) -> String {
    let message = &parcel.message;
    let body: String = message.short.chars().take(LONGEST_TEXT).collect();
    json!({ "title": message.subject, "body": body, "url": message.link, "tag": parcel.id }).to_string()
}

/// One browser that has it is enough: trying the others again would show it twice at that one.
fn receipt(browsers: &[Browser], reached: Vec<Reached>) -> Receipt {
    let (mut gone, mut sent, mut later, mut never) = (Vec::new(), false, None, None);
    for (browser, reached) in browsers.iter().zip(reached) {
        match reached {
            Reached::Yes => sent = true,
            Reached::Gone => gone.push(browser.id),
            Reached::No(outcome @ Outcome::Later { .. }) => later = Some(outcome),
            Reached::No(outcome) => never = Some(outcome),
        }
    }
    let failed = || later.or(never).unwrap_or_else(|| Outcome::never("no browser is subscribed any more"));
    Receipt { outcome: if sent { Outcome::Sent } else { failed() }, gone }
}
