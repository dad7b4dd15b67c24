//! What a running stack can't change about its certificates, and so keeps until it has been stopped.
//!
//! Pods are replaced one by one: plain callers would meet servers that speak TLS, and the other way round. The same holds
//! where cert-manager would put certificates of another CA under the feet of those that do not trust it yet; the way back
//! is a rotation like any other, for there the operator writes.

use operator_api::{CertificateIssuer, EcommerceStack, EcommerceStackStatus};

/// The field that waits, and what holds instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Held {
    /// Connections stay plain.
    Plain,
    /// Connections stay secured.
    Secured,
    /// The operator stays the issuer.
    Issuer,
}

/// The stack as it can be carried out now.
pub fn held(stack: &EcommerceStack, status: &EcommerceStackStatus) -> (EcommerceStack, Option<Held>) {
    let mut stack = stack.clone();
    let mtls = &mut stack.spec.security.mtls;
    let held = match &status.certificates {
        _ if !runs(status) => None,
        None if mtls.enabled => Some(Held::Plain),
        Some(_) if !mtls.enabled => Some(Held::Secured),
        Some(now) if now.ca_expires.is_some() && mtls.issuer == CertificateIssuer::CertManager => {
            Some(Held::Issuer)
        }
        Some(_) | None => None,
    };
    match held {
        Some(Held::Plain) => mtls.enabled = false,
        Some(Held::Secured) => mtls.enabled = true,
        Some(Held::Issuer) => (mtls.issuer, mtls.issuer_ref) = (CertificateIssuer::Operator, None),
        None => {}
    }
    (stack, held)
}

fn runs(status: &EcommerceStackStatus) -> bool {
    status.services.iter().any(|service| service.ready > 0 || service.desired > 0)
}

#[cfg(test)]
mod tests {
    use operator_api::{CertificatesStatus, ServiceStatus};
    use serde_json::{Value, json};

    use super::*;

    fn told(mtls: &Value, pods: i32, certificates: Option<CertificatesStatus>) -> (bool, Option<Held>) {
        let stack = json!({
            "apiVersion": "ecommercestack.dev/v1alpha1", "kind": "EcommerceStack",
            "metadata": {"name": "shop"}, "spec": {"security": {"mtls": mtls}},
        });
        let services = vec![ServiceStatus { ready: pods, ..ServiceStatus::default() }];
        let status = EcommerceStackStatus { services, certificates, ..EcommerceStackStatus::default() };
        let (stack, held) = held(&serde_json::from_value(stack).unwrap(), &status);
        (stack.spec.security.mtls.enabled, held)
    }

    fn of_operator() -> Option<CertificatesStatus> {
        let end: k8s_openapi::jiff::Timestamp = "2027-11-22T12:00:00Z".parse().unwrap();
        let ca_expires = Some(k8s_openapi::apimachinery::pkg::apis::meta::v1::Time(end));
        Some(CertificatesStatus { ca_expires, ..CertificatesStatus::default() })
    }

    #[test]
    fn a_running_stack_stays_as_it_is() {
        assert_eq!(told(&json!({}), 1, None), (false, Some(Held::Plain)));
        assert_eq!(told(&json!({"enabled": false}), 1, of_operator()), (true, Some(Held::Secured)));
        let by_cert_manager = json!({"issuer": "CertManager", "issuerRef": {"name": "internal"}});
        assert_eq!(told(&by_cert_manager, 1, of_operator()), (true, Some(Held::Issuer)));
    }

    #[test]
    fn a_stack_that_does_not_run_becomes_what_is_asked_for() {
        assert_eq!(told(&json!({}), 0, None), (true, None));
        assert_eq!(told(&json!({"enabled": false}), 0, of_operator()), (false, None));
    }

    #[test]
    fn what_is_as_before_is_not_held() {
        assert_eq!(told(&json!({}), 1, of_operator()), (true, None));
        assert_eq!(told(&json!({"enabled": false}), 1, None), (false, None));
        let back = Some(CertificatesStatus::default());
        assert_eq!(told(&json!({}), 1, back), (true, None), "from cert-manager to the operator");
    }
}
