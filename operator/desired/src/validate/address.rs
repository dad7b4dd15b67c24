//! Addresses of servers: whether a text is one, and what it tells.

use std::num::NonZeroU16;

use crate::names;

const LONGEST: usize = 512;

/// As the schema's rules have it.
pub fn is_one(url: &str) -> bool {
    let Some(rest) = url.strip_prefix("http://").or_else(|| url.strip_prefix("https://")) else {
        return false;
    };
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let (host, port) = authority.split_once(':').map_or((authority, None), |(host, port)| (host, Some(port)));
    let of =
        |text: &str, besides: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || besides.contains(c));
    url.len() <= LONGEST
        && host.starts_with(|c: char| c.is_ascii_alphanumeric())
        && of(host, "-.")
        && port.is_none_or(|port| port.parse::<NonZeroU16>().is_ok() && !port.starts_with('+'))
        && of(path, "-._~/")
}

/// The one that its scheme has, if it names none.
pub fn port(url: &str) -> u16 {
    let usual = if url.starts_with("http://") { 80 } else { 443 };
    authority(url).rsplit_once(':').and_then(|(_, port)| port.parse().ok()).unwrap_or(usual)
}

/// Of the Service that it names the way a pod of `own` finds one: `name`, `name.namespace` or `name.namespace.svc` and what may
/// follow. None: it may be anywhere.
pub fn namespace(url: &str, own: &str) -> Option<String> {
    let authority = authority(url).to_ascii_lowercase();
    let host = authority.split(':').next().unwrap_or_default();
    match host.split('.').collect::<Vec<_>>()[..] {
        [_] => Some(own.to_owned()),
        [_, namespace] | [_, namespace, "svc", ..] if names::is_label(namespace) => {
            Some(namespace.to_owned())
        }
        _ => None,
    }
}

fn authority(url: &str) -> &str {
    let (_, rest) = url.split_once("://").unwrap_or_default();
    rest.split('/').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_is_the_one_that_is_named_or_that_of_the_scheme() {
        for (url, expected) in [
            ("http://collector", 80),
            ("https://collector/v1", 443),
            ("http://collector.monitoring:4318/below", 4318),
        ] {
            assert_eq!(port(url), expected, "{url}");
        }
    }

    #[test]
    fn a_service_of_the_cluster_tells_its_namespace_and_nobody_else_does() {
        for (url, expected) in [
            ("http://collector:4318", Some("shop")),
            ("http://Collector.Monitoring:4318", Some("monitoring")),
            ("http://collector.monitoring.svc/below", Some("monitoring")),
            ("http://collector.monitoring.svc.cluster.local:4318", Some("monitoring")),
            ("https://otlp.example.com", None),
            ("https://example.com.:4318", None),
            ("http://10.0.0.7:4318", None),
        ] {
            assert_eq!(namespace(url, "shop").as_deref(), expected, "{url}");
        }
    }

    #[test]
    fn nobody_listens_on_a_port_that_is_none() {
        for wrong in ["http://a:0", "http://a:65536", "http://a:+80", "http://a:", "http://a:b"] {
            assert!(!is_one(wrong), "{wrong}");
        }
    }
}
