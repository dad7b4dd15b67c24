//! The way in from outside: everything goes to the gateway.

mod certificate;
mod ingress;
mod route;

use contracts::Role;

use crate::plan::{Door, DoorKind};
use crate::{Component, Inputs, Manifest, ValidatedStack};

const GATEWAY: Component = Component::Service(Role::Gateway);

/// Kinds that the cluster does not know are left out, and the status says so.
pub fn manifests(stack: &ValidatedStack, inputs: &Inputs, door: &Door) -> Vec<Manifest> {
    let all = match &door.kind {
        DoorKind::Ingress { class, annotations, certificate } => {
            let secret = certificate.as_ref().map(|certificate| certificate.secret.as_str());
            let ingress = ingress::ingress(stack, &door.hosts, class.as_deref(), annotations, secret);
            let issued = certificate.as_ref().and_then(|it| certificate::certificate(stack, &door.hosts, it));
            [Some(ingress), issued]
        }
        DoorKind::Gateway { parents, .. } => [Some(route::route(stack, &door.hosts, parents)), None],
    };
    all.into_iter().flatten().filter(|manifest| inputs.offers.knows(manifest.kind())).collect()
}
