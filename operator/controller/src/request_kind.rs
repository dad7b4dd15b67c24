//! What a request to the API server is about, read from its method and path. Pure.

/// A request as the metrics know it: `apply deployments`, `watch secrets`, `update ecommercestacks/status`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestKind {
    pub resource: String,
    pub verb: &'static str,
}

impl RequestKind {
    /// `None` for paths outside of the resource API, such as `/version`.
    pub fn of(method: &str, path: &str, query: Option<&str>, content_type: Option<&str>) -> Option<Self> {
        let target = Target::of(path)?;
        let watching = query.is_some_and(|query| query.split('&').any(|pair| pair == "watch=true"));
        let verb = match method {
            "GET" if watching => "watch",
            "GET" if target.named => "get",
            "GET" => "list",
            "POST" => "create",
            "PUT" => "update",
            "PATCH" if content_type.is_some_and(|kind| kind.starts_with("application/apply-patch")) => {
                "apply"
            }
            "PATCH" => "patch",
            "DELETE" => "delete",
            _ => return None,
        };
        Some(Self { resource: target.resource, verb })
    }

    pub fn writes(&self) -> bool {
        !matches!(self.verb, "get" | "list" | "watch")
    }
}

struct Target {
    resource: String,
    named: bool,
}

impl Target {
    fn of(path: &str) -> Option<Self> {
        let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
        let rest = match segments.as_slice() {
            ["api", _version, rest @ ..] | ["apis", _, _version, rest @ ..] => rest,
            _ => return None,
        };
        let rest = match rest {
            ["namespaces", _namespace, inner @ ..] if !inner.is_empty() => inner,
            outer => outer,
        };
        match rest {
            [] => None,
            [resource] => Some(Self { resource: (*resource).to_owned(), named: false }),
            [resource, _name] => Some(Self { resource: (*resource).to_owned(), named: true }),
            [resource, _name, sub, ..] => Some(Self { resource: format!("{resource}/{sub}"), named: true }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(method: &str, path: &str, query: Option<&str>, content_type: Option<&str>) -> String {
        RequestKind::of(method, path, query, content_type)
            .map_or_else(|| "-".to_owned(), |kind| format!("{} {}", kind.verb, kind.resource))
    }

    #[test]
    fn requests_are_told_apart_by_verb_and_resource() {
        let apply = Some("application/apply-patch+yaml");
        assert_eq!(
            told("GET", "/apis/apps/v1/deployments", Some("watch=true&x=1"), None),
            "watch deployments"
        );
        assert_eq!(told("GET", "/api/v1/namespaces/a/secrets", None, None), "list secrets");
        assert_eq!(told("GET", "/api/v1/namespaces/a/secrets/b", None, None), "get secrets");
        assert_eq!(told("GET", "/api/v1/namespaces/a", None, None), "get namespaces");
        assert_eq!(
            told("PATCH", "/apis/apps/v1/namespaces/a/deployments/b", None, apply),
            "apply deployments"
        );
        assert_eq!(
            told("PATCH", "/apis/apps/v1/namespaces/a/deployments/b/scale", None, None),
            "patch deployments/scale"
        );
        assert_eq!(told("GET", "/version", None, None), "-");
    }
}
