//! How far the way in from outside has come, read from the objects that lead in. Pure.

use operator_desired::{Door, DoorKind, Kind};
use serde_json::Value;

use crate::live::{Live, LiveObject};

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Exposure {
    /// Nothing leads in, or nothing is known of it.
    #[default]
    Closed,
    /// The cluster does not know this kind.
    NotInstalled(&'static str),
    /// Somebody has not done his part yet: says who, and the rest of a command that shows more.
    Waiting { message: String, command: String },
    /// Says through what.
    Open(String),
}

/// `built` tells whether an object of this kind is among those that were built: where the kind is unknown, none is.
pub fn exposure(
    door: Option<&Door>,
    gateway: &str,
    namespace: &str,
    live: &Live,
    built: impl Fn(&str) -> bool,
) -> Exposure {
    let Some(door) = door else { return Exposure::Closed };
    let (kind, issued) = match &door.kind {
        DoorKind::Ingress { certificate, .. } => {
            ("Ingress", certificate.as_ref().is_some_and(|certificate| certificate.issuer.is_some()))
        }
        DoorKind::Gateway { .. } => ("HTTPRoute", false),
    };
    let needed = [Some(kind), issued.then_some("Certificate")];
    for kind in needed.into_iter().flatten() {
        if !built(kind) {
            return Exposure::NotInstalled(kind);
        }
        let found = live.get(Kind::named(kind), gateway);
        if let Some(why) =
            found.map_or_else(|| Some("is not there yet".to_owned()), |it| lacks(it, door, namespace))
        {
            let command = format!("describe {} {gateway}", kind.to_lowercase());
            return Exposure::Waiting { message: format!("{kind} {gateway} {why}"), command };
        }
    }
    Exposure::Open(through(door, gateway))
}

/// What an object still waits for.
fn lacks(object: &LiveObject, door: &Door, namespace: &str) -> Option<String> {
    match (&door.kind, object.kind.kind) {
        (DoorKind::Gateway { parents, .. }, "HTTPRoute") => parents.iter().find_map(|parent| {
            let of = parent.namespace.as_ref().map_or(namespace, |namespace| &namespace.0);
            let section = parent.section_name.as_ref().map(|section| section.0.as_str());
            let why = not_accepted(&object.value, namespace, (of, &parent.name.0, section))?;
            Some(format!("at Gateway {of}/{} {why}", parent.name.0))
        }),
        (_, "Certificate") => condition(&object.value["status"]["conditions"], "Ready").map_or_else(
            || Some("is not issued yet".to_owned()),
            |why| why.map(|why| format!("is not issued: {why}")),
        ),
        _ => None,
    }
}

/// What a Gateway has against the route; each has an entry of its own in the status.
fn not_accepted(route: &Value, namespace: &str, wanted: (&str, &str, Option<&str>)) -> Option<String> {
    let entries = route["status"]["parents"].as_array().map(Vec::as_slice).unwrap_or_default();
    let entry = entries.iter().find(|entry| {
        let named = &entry["parentRef"];
        let of = named["namespace"].as_str().unwrap_or(namespace);
        (of, named["name"].as_str().unwrap_or_default(), named["sectionName"].as_str()) == wanted
    });
    let Some(entry) = entry else {
        return Some("has been taken up by no controller: is there such a Gateway, and does it allow routes of this namespace?".to_owned());
    };
    ["Accepted", "ResolvedRefs"].into_iter().find_map(|kind| match condition(&entry["conditions"], kind) {
        Some(why) => why.map(|why| format!("is refused: {why}")),
        None if kind == "Accepted" => Some("is not accepted yet".to_owned()),
        None => None,
    })
}

/// None: there is no such condition. Some(None): it is true.
fn condition(conditions: &Value, kind: &str) -> Option<Option<String>> {
    let found = conditions.as_array()?.iter().find(|condition| condition["type"] == kind)?;
    let text = |key: &str| found[key].as_str().unwrap_or_default();
    Some((found["status"] != "True").then(|| format!("{}: {}", text("reason"), text("message"))))
}

fn through(door: &Door, gateway: &str) -> String {
    match &door.kind {
        DoorKind::Ingress { class: Some(class), .. } => format!("Ingress {gateway} of class {class}"),
        DoorKind::Ingress { class: None, .. } => format!("Ingress {gateway} of the default class"),
        DoorKind::Gateway { parents, .. } => {
            let names: Vec<&str> = parents.iter().map(|parent| parent.name.0.as_str()).collect();
            format!("HTTPRoute {gateway} at {}", names.join(", "))
        }
    }
}

#[cfg(test)]
mod tests;
