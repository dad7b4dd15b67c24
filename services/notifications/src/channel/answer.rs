//! What a provider's HTTP answer means for a message.

use std::time::Duration;

use chrono::DateTime;
use kernel::Timestamp;
use reqwest::header::RETRY_AFTER;
use reqwest::{Response, StatusCode};

use super::Outcome;

/// `who`: for the reason. Of an error only its kind is told, for its text may hold an address.
pub fn outcome(who: &str, answer: &Result<Response, reqwest::Error>, now: Timestamp) -> Outcome {
    match answer {
        Ok(answer) => {
            let retry_after = answer.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
            said(who, answer.status(), retry_after, now)
        }
        Err(error) if error.is_timeout() => Outcome::later(format!("{who} did not answer in time")),
        Err(_) => Outcome::later(format!("{who} can't be reached")),
    }
}

fn said(who: &str, status: StatusCode, retry_after: Option<&str>, now: Timestamp) -> Outcome {
    if status.is_success() {
        return Outcome::Sent;
    }
    let reason = format!("{who} answered {}", status.as_u16());
    // Keys may be mended and limits end; what is wrong with the message stays wrong.
    let may_pass = status.is_server_error() || matches!(status.as_u16(), 401 | 403 | 408 | 409 | 425 | 429);
    if may_pass {
        Outcome::Later { reason, after: retry_after.and_then(|text| pause(text, now)) }
    } else {
        Outcome::Never { reason }
    }
}

/// Seconds or a date.
fn pause(text: &str, now: Timestamp) -> Option<Duration> {
    if let Ok(seconds) = text.trim().parse() {
        return Some(Duration::from_secs(seconds));
    }
    let at = DateTime::parse_from_rfc2822(text.trim()).ok()?;
    (at.to_utc() - now).to_std().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, retry_after: Option<&str>) -> Outcome {
        let now = "2026-03-04T10:00:00Z".parse().unwrap();
        said("it", StatusCode::from_u16(status).unwrap(), retry_after, now)
    }

    #[test]
    fn success_is_any_2xx() {
        for status in [200, 201, 202, 204] {
            assert_eq!(answer(status, None), Outcome::Sent);
        }
    }

    #[test]
    fn what_is_wrong_with_the_message_stays_wrong() {
        for status in [301, 400, 404, 410, 413, 422] {
            assert_eq!(answer(status, Some("5")), Outcome::never(format!("it answered {status}")));
        }
    }

    #[test]
    fn what_may_pass_is_tried_again_when_the_other_side_says() {
        for status in [401, 403, 408, 429, 500, 503] {
            assert_eq!(answer(status, None), Outcome::later(format!("it answered {status}")));
        }
        let after = |text| match answer(429, Some(text)) {
            Outcome::Later { after, .. } => after.map(|pause| pause.as_secs()),
            other => panic!("{other:?}"),
        };
        assert_eq!(after("90"), Some(90));
        assert_eq!(after("Wed, 04 Mar 2026 10:02:00 GMT"), Some(120));
        for text in ["Wed, 04 Mar 2026 09:00:00 GMT", "soon", "-5", ""] {
            assert_eq!(after(text), None, "{text}");
        }
    }
}
