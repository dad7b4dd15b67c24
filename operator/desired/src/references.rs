//! The Secrets that a stack names but does not make.

use operator_api::DatabaseMode;

use crate::{Door, DoorCertificate, DoorKind, MessagingPlan, PrometheusServer, ValidatedStack};

/// A Secret that must exist in the stack's namespace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretReference {
    /// The field that names it, such as `spec.exposure.tls.secretName`.
    pub path: String,
    pub name: String,
}

pub fn references(stack: &ValidatedStack) -> Vec<SecretReference> {
    let pull = stack.pull.secrets.iter().enumerate().map(|(index, name)| SecretReference {
        path: format!("spec.defaults.image.pullSecrets[{index}].name"),
        name: name.clone(),
    });
    let tls = stack.door.iter().filter_map(certificate).map(|certificate| SecretReference {
        path: "spec.exposure.tls.secretName".to_owned(),
        name: certificate.secret.clone(),
    });
    let services = stack.services.iter().filter_map(|plan| {
        let path = format!("spec.services.{}.secretName", plan.role);
        plan.secret.as_ref().map(|name| SecretReference { path, name: name.clone() })
    });
    pull.chain(tls)
        .chain(services)
        .chain(prometheus(stack))
        .chain(databases(stack))
        .chain(broker(stack))
        .collect()
}

fn broker(stack: &ValidatedStack) -> Option<SecretReference> {
    let MessagingPlan::External { secret } = stack.messaging() else { return None };
    Some(SecretReference { path: "spec.messaging.external.secretName".to_owned(), name: secret.clone() })
}

fn databases(stack: &ValidatedStack) -> impl Iterator<Item = SecretReference> {
    let plan = &stack.database;
    let external = plan.external.as_ref();
    let dumps = plan.embedded.dumps.as_ref().filter(|_| plan.mode == DatabaseMode::Embedded);
    let backup = dumps.and_then(|dumps| dumps.store.as_ref());
    let restore = plan.restore.as_ref().and_then(|restore| restore.store.as_ref());
    [
        ("external.secretName", external.map(|external| &external.secret)),
        ("external.adminSecretName", external.and_then(|external| external.admin_secret.as_ref())),
        ("embedded.backup.s3.secretName", backup.map(|store| &store.secret)),
        ("restoreFrom.s3.secretName", restore.map(|store| &store.secret)),
    ]
    .into_iter()
    .filter_map(|(field, name)| {
        Some(SecretReference { path: format!("spec.database.{field}"), name: name?.clone() })
    })
}

/// Which somebody else keeps, and not cert-manager.
fn certificate(door: &Door) -> Option<&DoorCertificate> {
    match &door.kind {
        DoorKind::Ingress { certificate, .. } => {
            certificate.as_ref().filter(|certificate| certificate.issuer.is_none())
        }
        DoorKind::Gateway { .. } => None,
    }
}

fn prometheus(stack: &ValidatedStack) -> impl Iterator<Item = SecretReference> {
    let (auth, ca) = match &stack.prometheus().server {
        PrometheusServer::External { auth_secret, ca_secret, .. } => {
            (auth_secret.as_ref(), ca_secret.as_ref())
        }
        PrometheusServer::Embedded { .. } | PrometheusServer::Disabled => (None, None),
    };
    [("authSecretName", auth), ("caSecretName", ca)].into_iter().filter_map(|(field, name)| {
        let path = format!("spec.observability.prometheus.external.{field}");
        Some(SecretReference { path, name: name?.clone() })
    })
}
