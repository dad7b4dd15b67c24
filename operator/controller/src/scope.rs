//! Where stacks are looked after: in the whole cluster, or in some namespaces, of which alone anything is asked then.

use std::sync::Arc;

use kube::core::NamespaceScope;
use kube::{Api, Client, Resource};

use crate::failure::Failure;

/// Empty: the whole cluster.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope(Vec<Arc<str>>);

/// What one watch sees.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Area {
    Cluster,
    Namespace(Arc<str>),
}

impl Scope {
    /// From names with commas between them.
    pub fn parse(text: &str) -> Result<Self, Failure> {
        let mut names: Vec<&str> = text.split(',').map(str::trim).filter(|name| !name.is_empty()).collect();
        names.sort_unstable();
        names.dedup();
        match names.iter().find(|name| !is_name(name)) {
            Some(wrong) => Err(Failure::input(format!(
                "the variable WATCH_NAMESPACES names {wrong:?}, which is no namespace: lower-case letters, digits and \
                 dashes, with commas between names"
            ))),
            None => Ok(Self(names.into_iter().map(Arc::from).collect())),
        }
    }

    pub fn areas(&self) -> Vec<Area> {
        if self.0.is_empty() {
            vec![Area::Cluster]
        } else {
            self.0.iter().cloned().map(Area::Namespace).collect()
        }
    }
}

impl Area {
    pub fn covers(&self, namespace: &str) -> bool {
        match self {
            Self::Cluster => true,
            Self::Namespace(name) => **name == *namespace,
        }
    }

    /// Of a kind of objects that are in namespaces.
    pub fn api<K>(&self, client: Client, kind: &K::DynamicType) -> Api<K>
    where
        K: Resource,
        K::Scope: NamespaceScope,
    {
        let everywhere = Api::all_with(client, kind);
        match self {
            Self::Cluster => everywhere,
            Self::Namespace(name) => everywhere.constrain(name),
        }
    }
}

fn is_name(name: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    name.len() <= 63 && name.bytes().all(fits) && !name.starts_with('-') && !name.ends_with('-')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(text: &str) -> Vec<String> {
        let areas = Scope::parse(text).unwrap().areas();
        areas.iter().map(|area| format!("{area:?}")).collect()
    }

    #[test]
    fn nothing_named_is_the_whole_cluster_and_each_name_counts_once() {
        assert_eq!(seen(" "), ["Cluster"]);
        assert_eq!(seen("team-b, team-a,,team-b"), [r#"Namespace("team-a")"#, r#"Namespace("team-b")"#]);
    }

    #[test]
    fn what_can_be_no_namespace_is_named() {
        for wrong in ["Team", "a b", "-a", "a/b", &"a".repeat(64)] {
            let failure = Scope::parse(&format!("fine,{wrong}")).unwrap_err().to_string();
            assert!(failure.contains("WATCH_NAMESPACES") && failure.contains(wrong), "{failure}");
        }
    }

    #[test]
    fn an_area_covers_its_own_namespace_only() {
        let area = Area::Namespace("team-a".into());
        assert!(area.covers("team-a") && !area.covers("team-b") && Area::Cluster.covers("team-b"));
    }
}
