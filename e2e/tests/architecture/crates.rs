//! Who may depend on whom, and on which version of what.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::sources::{read, root};

/// What stands below every service.
const GROUND: [&str; 3] = ["kernel", "contracts", "platform"];
/// Crates in `services/` that are no service.
const NO_SERVICE: [&str; 6] = ["kernel", "contracts", "platform", "testkit", "shop-client", "shop"];

struct Package {
    name: String,
    folder: PathBuf,
    /// Name, kind (empty: normal), features of every direct dependency.
    dependencies: Vec<(String, String, Vec<String>)>,
}

impl Package {
    fn is_below(&self, folder: &str) -> bool {
        let parent = self.folder.parent().and_then(Path::file_name);
        parent.is_some_and(|name| name == folder)
    }

    fn is_service(&self) -> bool {
        self.is_below("services") && !NO_SERVICE.contains(&self.name.as_str())
    }

    /// Names of dependencies of these kinds.
    fn needs(&self, kinds: &[&str]) -> BTreeSet<&str> {
        let of_kind = self.dependencies.iter().filter(|(_, kind, _)| kinds.contains(&kind.as_str()));
        of_kind.map(|(name, ..)| name.as_str()).collect()
    }
}

fn packages() -> Vec<Package> {
    let asked = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--format-version", "1"])
        .current_dir(root())
        .output()
        .expect("cargo can be run");
    assert!(asked.status.success(), "{}", String::from_utf8_lossy(&asked.stderr));
    let metadata: Value = serde_json::from_slice(&asked.stdout).expect("cargo metadata is JSON");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    list(&metadata["packages"])
        .iter()
        .map(|package| Package {
            name: text(&package["name"]),
            folder: Path::new(&text(&package["manifest_path"])).parent().expect("in a folder").to_owned(),
            dependencies: list(&package["dependencies"])
                .iter()
                .map(|one| {
                    (
                        text(&one["name"]),
                        text(&one["kind"]),
                        list(&one["features"]).iter().map(text).collect(),
                    )
                })
                .collect(),
        })
        .collect()
}

/// Which crates of ours each crate may use, outside its tests.
fn allowed(package: &Package, services: &BTreeSet<String>) -> Option<BTreeSet<String>> {
    let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>();
    Some(match package.name.as_str() {
        "kernel" | "operator-api" => set(&[]),
        "contracts" => set(&["kernel"]),
        "platform" | "shop-client" => set(&["kernel", "contracts"]),
        "testkit" => set(&GROUND),
        "shop" => {
            services.union(&set(&["kernel", "contracts", "platform", "shop-client"])).cloned().collect()
        }
        "operator-scaling" => set(&["contracts"]),
        "operator-desired" => set(&["operator-api", "operator-scaling", "contracts", "kernel"]),
        "ecommerce-operator" => set(&["operator-api", "operator-desired", "operator-scaling", "contracts"]),
        "e2e" => set(&["kernel", "contracts", "operator-api", "shop-client"]),
        name if services.contains(name) => set(&GROUND),
        _ => return None,
    })
}

#[test]
fn crates_depend_on_each_other_as_designed() {
    let packages = packages();
    let ours: BTreeSet<&str> = packages.iter().map(|package| package.name.as_str()).collect();
    let services: BTreeSet<String> =
        packages.iter().filter(|package| package.is_service()).map(|package| package.name.clone()).collect();
    let mut wrong = Vec::new();
    for package in &packages {
        let Some(allowed) = allowed(package, &services) else {
            wrong.push(format!("{} has no rule here: add one", package.name));
            continue;
        };
        for needed in package.needs(&["", "build"]).intersection(&ours) {
            if !allowed.contains(*needed) {
                wrong.push(format!("{} must not depend on {needed}", package.name));
            }
        }
        for needed in package.needs(&["dev"]).intersection(&ours) {
            if !allowed.contains(*needed) && *needed != "testkit" {
                wrong.push(format!("the tests of {} must not depend on {needed}", package.name));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn kubernetes_is_known_to_the_operator_and_the_stories_only() {
    for package in packages() {
        let needed = package.needs(&["", "dev", "build"]);
        let knows = needed.iter().any(|name| name.starts_with("kube") || *name == "k8s-openapi");
        assert!(!knows || package.is_below("operator") || package.name == "e2e", "{}", package.name);
    }
}

#[test]
fn the_api_and_the_desired_state_have_no_client() {
    for package in packages() {
        if !["operator-api", "operator-desired"].contains(&package.name.as_str()) {
            continue;
        }
        assert!(!package.needs(&["", "build"]).contains("tokio"), "{}", package.name);
        for (name, _, features) in &package.dependencies {
            let client = ["client", "runtime", "config"];
            let asks = features.iter().any(|feature| client.contains(&feature.as_str()));
            assert!(name != "kube" || !asks, "{} asks for {features:?} of kube", package.name);
        }
    }
}

#[test]
fn every_dependency_inherits_its_version_from_the_workspace() {
    let mut wrong = Vec::new();
    for package in packages() {
        let mut in_dependencies = false;
        for line in read(&package.folder.join("Cargo.toml")).lines() {
            if line.starts_with('[') {
                in_dependencies = line.contains("dependencies");
                // `[dependencies.x]` hides its version on a line of its own.
                if line.contains("dependencies.") {
                    wrong.push(format!("{}: {line}", package.name));
                }
            } else if in_dependencies && !line.trim().is_empty() && !line.starts_with('#') {
                let inherits = line.contains(".workspace = true") || line.contains("workspace = true,");
                if !inherits {
                    wrong.push(format!("{}: {line}", package.name));
                }
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

/// `openssl-probe` only knows where distributions keep certificates.
fn is_forbidden(name: &str) -> bool {
    (name.starts_with("openssl") && name != "openssl-probe")
        || ["native-tls", "pq-sys", "ring"].contains(&name)
}

#[test]
fn one_tls_provider_and_no_c_client_libraries_are_compiled() {
    let asked = Command::new(env!("CARGO"))
        .args(["tree", "--workspace", "--edges", "all", "--prefix", "none", "--format", "{p}"])
        .current_dir(root())
        .output()
        .expect("cargo can be run");
    assert!(asked.status.success(), "{}", String::from_utf8_lossy(&asked.stderr));
    let tree = String::from_utf8_lossy(&asked.stdout);
    let compiled: BTreeSet<&str> = tree.lines().filter_map(|line| line.split(' ').next()).collect();
    assert!(compiled.contains("aws-lc-rs"), "the list is complete");
    let forbidden: Vec<&&str> = compiled.iter().filter(|name| is_forbidden(name)).collect();
    assert_eq!(forbidden, Vec::<&&str>::new());
}

#[test]
fn the_lock_file_names_no_second_tls_library_but_for_what_cargo_adds() {
    let lock = read(&root().join("Cargo.lock"));
    let locked = lock.lines().filter_map(|line| line.strip_prefix("name = \"")?.strip_suffix('"'));
    // Cargo also locks optional dependencies that only a weak feature (`hickory-resolver?/tokio` of lapin's async-rs)
    // names, and ring is one of theirs. It is never compiled: the test above.
    let forbidden: Vec<&str> = locked.filter(|name| is_forbidden(name) && *name != "ring").collect();
    assert_eq!(forbidden, Vec::<&str>::new());
}

#[test]
fn the_pinned_kubernetes_crates_have_one_version_each() {
    let lock = read(&root().join("Cargo.lock"));
    let mut versions: BTreeMap<&str, usize> = BTreeMap::new();
    for name in lock.lines().filter_map(|line| line.strip_prefix("name = \"")?.strip_suffix('"')) {
        *versions.entry(name).or_default() += 1;
    }
    for name in ["kube", "k8s-openapi", "schemars", "rustls", "tokio", "diesel"] {
        assert_eq!(versions.get(name), Some(&1), "{name}");
    }
}
