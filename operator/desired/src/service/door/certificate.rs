//! What cert-manager fills the Ingress' Secret from.

use contracts::Role;
use operator_api::IssuerKind;
use serde_json::json;

use super::GATEWAY;
use crate::plan::DoorCertificate;
use crate::{Manifest, ValidatedStack, names};

/// None: somebody else fills the Secret.
pub fn certificate(
    stack: &ValidatedStack,
    hosts: &[String],
    certificate: &DoorCertificate,
) -> Option<Manifest> {
    let issuer = certificate.issuer.as_ref()?;
    let kind = match issuer.kind {
        IssuerKind::ClusterIssuer => "ClusterIssuer",
        IssuerKind::Issuer => "Issuer",
    };
    let content = json!({
        "spec": {
            "secretName": certificate.secret,
            "dnsNames": hosts,
            "issuerRef": { "group": "cert-manager.io", "kind": kind, "name": issuer.name.0 },
            "privateKey": { "algorithm": "ECDSA", "size": 256, "rotationPolicy": "Always" },
        },
    });
    let name = names::service(stack, Role::Gateway);
    Some(Manifest::new("Certificate", stack, GATEWAY, name, content))
}
