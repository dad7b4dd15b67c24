//! Calls to addresses that users give us: only to the public internet, and never where a redirect leads.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::redirect::Policy;
use url::{Host, Url};

use crate::{ConfigError, Settings};

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RefusedUrl {
    #[error("must be a URL without user and password")]
    Malformed,
    #[error("must be https")]
    NotHttps,
    #[error("must be an address of the public internet")]
    Private,
}

/// A client for such addresses.
#[derive(Clone)]
pub struct Outbound {
    http: reqwest::Client,
    allow_private: bool,
}

impl Outbound {
    /// `ALLOW_PRIVATE_ADDRESSES=true` lets plain HTTP and private addresses pass: for a development machine.
    pub fn from_settings(settings: &Settings, timeout: Duration) -> Result<Self, ConfigError> {
        let allow_private = settings.parsed_or("ALLOW_PRIVATE_ADDRESSES", false)?;
        let mut client = reqwest::Client::builder().timeout(timeout).redirect(Policy::none());
        if !allow_private {
            client = client.dns_resolver(PublicOnly);
        }
        Ok(Self { http: client.build().expect("a client with time limits can be built"), allow_private })
    }

    /// Whether we would call this address; to be asked when it is given and again when it is used.
    pub fn check(&self, url: &str) -> Result<Url, RefusedUrl> {
        let url = Url::parse(url).map_err(|_| RefusedUrl::Malformed)?;
        if !url.username().is_empty() || url.password().is_some() || !matches!(url.scheme(), "http" | "https")
        {
            return Err(RefusedUrl::Malformed);
        }
        if self.allow_private {
            return Ok(url);
        }
        if url.scheme() != "https" {
            return Err(RefusedUrl::NotHttps);
        }
        // Names are looked at when they are resolved.
        let public = match url.host() {
            Some(Host::Ipv4(address)) => is_public(address.into()),
            Some(Host::Ipv6(address)) => is_public(address.into()),
            Some(Host::Domain(_)) => true,
            None => false,
        };
        if public { Ok(url) } else { Err(RefusedUrl::Private) }
    }

    pub fn client(&self) -> &reqwest::Client {
        &self.http
    }
}

/// Resolves names, without what is not public: so a name can't lead into the cluster, whatever it resolved to before.
struct PublicOnly;

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0))
                .await?
                .filter(|address| is_public(address.ip()))
                .collect();
            if found.is_empty() {
                return Err(format!("{} is not on the public internet", name.as_str()).into());
            }
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

/// Not of this host, a private network, a link, a document, nor a special use (RFC 6890).
fn is_public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let shared = a == 100 && (64..128).contains(&b);
    let benchmarks = a == 198 && (b == 18 || b == 19);
    let protocols = a == 192 && b == 0 && c == 0;
    !(address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_documentation()
        || address.is_multicast()
        || shared
        || benchmarks
        || protocols
        || a == 0
        || a >= 240)
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let [a, b, ..] = address.segments();
    // Global unicast, without documentation, and without what carries an IPv4 address inside.
    (a & 0xe000) == 0x2000 && !(a == 0x2001 && (b == 0x0db8 || b < 0x0200)) && a != 0x2002
}

#[cfg(test)]
mod tests {
    use contracts::Role;

    use super::*;

    fn outbound(variables: &[(&str, &str)]) -> Outbound {
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let variables = variables.iter().map(|(name, value)| (name.to_string(), value.to_string()));
        Outbound::from_settings(&Settings::new(Role::Inventory, variables), Duration::from_secs(1)).unwrap()
    }

    #[test]
    fn only_https_to_the_public_internet_is_called() {
        let outbound = outbound(&[]);
        for good in
            ["https://erp.example.com/hook", "https://93.184.216.34/", "https://[2606:2800:220:1::1]/"]
        {
            assert_eq!(outbound.check(good).unwrap().as_str(), good);
        }
        for (bad, why) in [
            ("hook", RefusedUrl::Malformed),
            ("ftp://erp.example.com", RefusedUrl::Malformed),
            ("https://user:secret@erp.example.com", RefusedUrl::Malformed),
            ("http://erp.example.com", RefusedUrl::NotHttps),
        ] {
            assert_eq!(outbound.check(bad), Err(why), "{bad}");
        }
        let private = [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.0.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "198.18.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "224.0.0.1",
            "2130706433",
            "0x7f.1",
            "[::1]",
            "[::]",
            "[fd00::1]",
            "[fe80::1]",
            "[::ffff:10.0.0.1]",
            "[2002:7f00:1::]",
            "[2001:db8::1]",
        ];
        for host in private {
            assert_eq!(outbound.check(&format!("https://{host}/")), Err(RefusedUrl::Private), "{host}");
        }
    }

    #[test]
    fn a_development_machine_may_call_itself() {
        let outbound = outbound(&[("ALLOW_PRIVATE_ADDRESSES", "true")]);
        assert!(outbound.check("http://127.0.0.1:9000/hook").is_ok());
        assert_eq!(outbound.check("file:///etc/passwd"), Err(RefusedUrl::Malformed));
    }

    #[tokio::test]
    async fn a_name_that_leads_into_a_private_network_is_not_called() {
        let answer = outbound(&[]).client().get("https://localhost:1/").send().await;
        let error = format!("{:?}", answer.err().unwrap());
        assert!(error.contains("not on the public internet"), "{error}");
    }
}
