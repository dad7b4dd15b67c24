//! The way in from outside.

use operator_api::{EcommerceStackSpec, Exposure, ExposureType};

use super::Findings;
use crate::names;
use crate::plan::Door;

const LONGEST_ANNOTATIONS: usize = 64 * 1024;

pub fn door(spec: &EcommerceStackSpec, findings: &mut Findings) -> Option<Door> {
    let exposure = &spec.exposure;
    check_hosts(exposure, findings);
    check_annotations(exposure, findings);
    check_names(exposure, findings);
    match exposure.kind {
        ExposureType::None | ExposureType::Gateway => {
            if exposure.tls.is_some() {
                findings.add("spec.exposure.tls", "tls needs type Ingress: set type: Ingress, or remove tls");
            }
            None
        }
        ExposureType::Ingress => {
            if spec.services.gateway.as_ref().is_some_and(|gateway| !gateway.enabled) {
                findings.add(
                    "spec.services.gateway.enabled",
                    "the Ingress leads to the gateway: enable it, or set exposure.type: None",
                );
            }
            Some(Door {
                hosts: exposure.hosts.iter().map(|host| host.0.clone()).collect(),
                class: exposure.ingress.class_name.as_ref().map(|class| class.0.clone()),
                annotations: exposure.ingress.annotations.clone(),
                tls_secret: exposure.tls.as_ref().map(|tls| tls.secret_name.0.clone()),
            })
        }
    }
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
    let class = exposure.ingress.class_name.as_ref().map(|class| &class.0);
    if let Some(class) = class.filter(|class| !names::is_subdomain(class)) {
        let message = format!("`{class}` can't be the name of an IngressClass: correct it");
        findings.add("spec.exposure.ingress.className", message);
    }
    let secret = exposure.tls.as_ref().map(|tls| &tls.secret_name.0);
    if let Some(secret) = secret.filter(|secret| !names::is_subdomain(secret)) {
        let message = format!("`{secret}` can't be the name of a Secret: correct it");
        findings.add("spec.exposure.tls.secretName", message);
    }
}
