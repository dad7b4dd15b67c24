//! The way in from outside.

use operator_api::{EcommerceStackSpec, Exposure, ExposureType, GatewaySettings, ObjectName, Tls};

use super::Findings;
use crate::names;
use crate::plan::{Door, DoorCertificate, DoorKind};

const LONGEST_ANNOTATIONS: usize = 64 * 1024;

pub fn door(spec: &EcommerceStackSpec, findings: &mut Findings) -> Option<Door> {
    let exposure = &spec.exposure;
    check_hosts(exposure, findings);
    check_annotations(exposure, findings);
    check_names(exposure, findings);
    if exposure.kind != ExposureType::Ingress && exposure.tls.is_some() {
        findings.add(
            "spec.exposure.tls",
            "tls needs type Ingress, for a Gateway has certificates of its own: set type: Ingress, or remove tls",
        );
    }
    let kind = match exposure.kind {
        ExposureType::None => return None,
        ExposureType::Ingress => DoorKind::Ingress {
            class: exposure.ingress.class_name.as_ref().map(|class| class.0.clone()),
            annotations: exposure.ingress.annotations.clone(),
            certificate: exposure.tls.as_ref().map(|tls| certificate(tls, exposure, findings)),
        },
        ExposureType::Gateway => gateway(&exposure.gateway, findings),
    };
    if spec.services.gateway.as_ref().is_some_and(|gateway| !gateway.enabled) {
        findings.add(
            "spec.services.gateway.enabled",
            "the way in leads to the gateway: enable it, or set exposure.type: None",
        );
    }
    Some(Door { hosts: exposure.hosts.iter().map(|host| host.0.clone()).collect(), kind })
}

fn certificate(tls: &Tls, exposure: &Exposure, findings: &mut Findings) -> DoorCertificate {
    if let Some(issuer) = &tls.issuer_ref {
        if exposure.hosts.is_empty() {
            findings.add(
                "spec.exposure.hosts",
                "cert-manager issues certificates for names: name the hosts, or remove issuerRef",
            );
        }
        check_name(&issuer.name, "spec.exposure.tls.issuerRef.name", "an issuer", findings);
    }
    DoorCertificate { secret: tls.secret_name.0.clone(), issuer: tls.issuer_ref.clone() }
}

fn gateway(settings: &GatewaySettings, findings: &mut Findings) -> DoorKind {
    let path = "spec.exposure.gateway.parentRefs";
    if settings.parent_refs.is_empty() {
        findings.add(path, "type Gateway needs a Gateway to attach to: name one in parentRefs");
    }
    for (index, parent) in settings.parent_refs.iter().enumerate() {
        let path = format!("{path}[{index}]");
        check_name(&parent.name, &format!("{path}.name"), "a Gateway", findings);
        if let Some(namespace) = &parent.namespace {
            check_name(namespace, &format!("{path}.namespace"), "a namespace", findings);
        }
        if let Some(section) = &parent.section_name {
            check_name(section, &format!("{path}.sectionName"), "a listener", findings);
        }
    }
    DoorKind::Gateway { parents: settings.parent_refs.clone(), https: settings.https }
}

fn check_hosts(exposure: &Exposure, findings: &mut Findings) {
    for (index, host) in exposure.hosts.iter().enumerate() {
        let path = format!("spec.exposure.hosts[{index}]");
        let host = &host.0;
        let rest = host.strip_prefix("*.").unwrap_or(host);
        let last = rest.rsplit('.').next().unwrap_or(rest);
        if !names::is_subdomain(rest) || last.bytes().all(|byte| byte.is_ascii_digit()) {
            findings.add(
                &path,
                format!("`{host}` is no DNS name: write it as shop.example.com, without scheme or port"),
            );
        }
        if exposure.hosts[..index].iter().any(|before| before.0 == *host) {
            findings.add(&path, format!("`{host}` is named twice: remove one"));
        }
    }
}

fn check_annotations(exposure: &Exposure, findings: &mut Findings) {
    let annotations = &exposure.ingress.annotations;
    for key in annotations.keys() {
        let path = format!("spec.exposure.ingress.annotations[{key}]");
        if !names::is_qualified(key) {
            findings.add(&path, "no name of an annotation: write it as example.com/name");
        } else if key.starts_with("ecommercestack.dev/") {
            findings.add(&path, "the operator's own: remove it");
        }
    }
    if annotations.iter().map(|(key, value)| key.len() + value.len()).sum::<usize>() > LONGEST_ANNOTATIONS {
        findings.add("spec.exposure.ingress.annotations", "longer than 64 KiB in all: shorten them");
    }
}

fn check_names(exposure: &Exposure, findings: &mut Findings) {
    if let Some(class) = &exposure.ingress.class_name {
        check_name(class, "spec.exposure.ingress.className", "an IngressClass", findings);
    }
    if let Some(tls) = &exposure.tls {
        check_name(&tls.secret_name, "spec.exposure.tls.secretName", "a Secret", findings);
    }
}

fn check_name(name: &ObjectName, path: &str, what: &str, findings: &mut Findings) {
    let name = &name.0;
    if !names::is_subdomain(name) {
        findings.add(path, format!("`{name}` can't be the name of {what}: correct it"));
    }
}
