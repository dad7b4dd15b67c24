//! A server of one pod with a volume, as Postgres, RabbitMQ and Prometheus are here: the StatefulSet around its container.

use contracts::identity::Part;
use serde_json::{Value, json};

use crate::manifest::Component;
use crate::pod::{self, SERVER_UID};
use crate::{Manifest, ValidatedStack, hash, metadata};

pub struct Server<'a> {
    pub component: Component,
    /// Whose certificate it shows.
    pub part: Part,
    pub name: String,
    pub container: Value,
    pub volumes: Value,
    /// What it reads at its start only: a change starts it anew.
    pub reads: Vec<&'a Manifest>,
}

impl Server<'_> {
    pub fn stateful_set(self, stack: &ValidatedStack) -> Manifest {
        let Self { component, part, name, container, volumes, reads } = self;
        let reads: Vec<&Value> = reads.into_iter().map(Manifest::data).collect();
        let mut spec = pod::spec(stack, &name, SERVER_UID, &container);
        // A shutdown ends with writing everything down, which may take a while on a slow disk.
        spec["terminationGracePeriodSeconds"] = json!(120);
        spec["volumes"] = volumes;
        pod::own_volumes(&mut spec, SERVER_UID);
        pod::mount_certificate(stack, &mut spec, part);

        let content = json!({
            "spec": {
                "serviceName": name,
                // A constant of the template, unlike that of the services: a second Postgres on the volume would
                // destroy it, and a second RabbitMQ would be another broker.
                "replicas": 1,
                // OrderedReady would wait for ever for a pod that a wrong image keeps from ever being ready.
                "podManagementPolicy": "Parallel",
                "revisionHistoryLimit": 3,
                "selector": { "matchLabels": metadata::selector(stack, component) },
                "template": {
                    "metadata": {
                        "labels": metadata::pod_labels(stack, component),
                        "annotations": { hash::ANNOTATION: hash::short(&reads) },
                    },
                    "spec": spec,
                },
            },
        });
        Manifest::new("StatefulSet", stack, component, name, content)
    }
}
