//! ExposureReady: whether shoppers can reach the gateway.

use operator_api::Reason;

use super::Verdict;
use crate::exposure::Exposure;
use crate::facts::Facts;

pub fn exposure_ready(facts: &Facts) -> Verdict {
    if let Some(missing) = facts.missing.iter().find(|reference| reference.path.starts_with("spec.exposure."))
    {
        let message = format!("{} names Secret {}, which does not exist", missing.path, missing.name);
        return Verdict::no(Reason::MissingReference, message);
    }
    match &facts.exposure {
        Exposure::Closed => Verdict::yes(Reason::Disabled, "nothing leads in from outside the cluster"),
        Exposure::NotInstalled(kind) => Verdict::no(Reason::NotInstalled, not_installed(kind)),
        Exposure::Waiting { message, command } => {
            Verdict::no(Reason::Waiting, format!("{message}: {} {command}", facts.kubectl()))
        }
        Exposure::Open(through) => {
            let where_ =
                facts.url.as_ref().map_or_else(|| "under every name".to_owned(), |url| format!("at {url}"));
            Verdict::yes(Reason::Exposed, format!("{through} leads to the shop {where_}"))
        }
    }
}

pub fn not_installed(kind: &str) -> String {
    let remedy = match kind {
        "Certificate" => "install cert-manager, or remove exposure.tls.issuerRef",
        _ => "install the Gateway API, or set exposure.type: Ingress",
    };
    format!("the cluster does not know the kind {kind}: {remedy}")
}
