//! What each release renders, by digest. An operator of another version that renders an unchanged spec otherwise restarts pods
//! of stacks that nobody has touched, so it has to say so: with another `TEMPLATE_REVISION`.
//!
//! The record of the version at work is rewritten as it goes. Once the version is raised, the one before is history.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use aws_lc_rs::digest::{SHA256, digest};

use super::stacks;
use crate::{Desired, TEMPLATE_REVISION, is_before};

const RECORDS: &str = "src/tests/golden/released";

struct Release {
    version: String,
    revision: i32,
    /// Of stacks, by their names.
    digests: BTreeMap<String, String>,
}

impl Release {
    fn at_work() -> Self {
        let digests = stacks().into_iter().map(|(name, desired)| (name.to_owned(), digest_of(&desired)));
        Self {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            revision: TEMPLATE_REVISION,
            digests: digests.collect(),
        }
    }

    fn recorded(path: &Path) -> Self {
        let text = std::fs::read_to_string(path).unwrap();
        let (_, content) = text.split_once("\n---\n").unwrap();
        let mut lines = content.lines().map(|line| line.split_once(' ').unwrap());
        let (_, revision) = lines.next().unwrap();
        Self {
            version: path.file_stem().unwrap().to_str().unwrap().to_owned(),
            revision: revision.parse().unwrap(),
            digests: lines.map(|(name, digest)| (name.to_owned(), digest.to_owned())).collect(),
        }
    }

    /// What there is against releasing it after this one.
    fn breaks(&self, before: &Self) -> Vec<String> {
        let Self { version, revision, digests } = before;
        if !is_before(version, &self.version) || *revision > self.revision {
            return vec![format!("{version} with revision {revision} is of the past: let neither go back")];
        }
        let unlike = digests.iter().filter(|(name, digest)| self.digests.get(*name) != Some(digest));
        let told = unlike.filter(|_| *revision == self.revision).map(|(name, _)| {
            format!("{name} is not rendered as by {version}: raise TEMPLATE_REVISION, or render it as before")
        });
        told.collect()
    }
}

impl fmt::Display for Release {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "revision {}", self.revision)?;
        self.digests.iter().try_for_each(|(name, digest)| writeln!(f, "{name} {digest}"))
    }
}

/// Of every byte, those of Secrets included.
fn digest_of(desired: &Desired) -> String {
    let all = desired.waves.iter().flat_map(|wave| {
        let text =
            |one: &crate::Manifest| format!("{:?} {:?} {}\n", wave.step, one.initial_replicas(), one.value());
        wave.manifests.iter().map(text)
    });
    let text: String = all.collect();
    digest(&SHA256, text.as_bytes()).as_ref()[..8].iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn the_version_at_work_is_on_record() {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("released");
    settings.set_prepend_module_to_snapshot(false);
    let release = Release::at_work();
    settings.bind(|| insta::assert_snapshot!(release.version.clone(), release.to_string()));
}

#[test]
fn an_unchanged_spec_is_rendered_as_by_every_release_of_the_same_revision() {
    let at_work = Release::at_work();
    let records = std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(RECORDS)).unwrap();
    let records = records.map(|entry| entry.unwrap().path());
    let released: Vec<Release> = records
        .filter(|path| path.extension().is_some_and(|extension| extension == "snap"))
        .map(|path| Release::recorded(&path))
        .collect();
    assert!(released.iter().any(|one| one.version == at_work.version), "it finds what is on record");
    let earlier = released.iter().filter(|one| one.version != at_work.version);
    let broken: Vec<String> = earlier.flat_map(|one| at_work.breaks(one)).collect();
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn only_another_revision_may_render_what_was_released_otherwise() {
    let release = |version: &str, revision, digests: &[(&str, &str)]| Release {
        version: version.to_owned(),
        revision,
        digests: digests.iter().map(|(name, digest)| ((*name).to_owned(), (*digest).to_owned())).collect(),
    };
    let before = release("0.9.0", 2, &[("small", "a"), ("large", "b")]);
    let told =
        |version, revision, digests: &[(&str, &str)]| release(version, revision, digests).breaks(&before);
    assert!(told("0.10.0", 2, &[("small", "a"), ("large", "b"), ("new", "c")]).is_empty());
    assert!(told("0.10.0", 3, &[("small", "x")]).is_empty());

    let changed = told("0.10.0", 2, &[("small", "x"), ("large", "b")]);
    assert_eq!(
        changed,
        ["small is not rendered as by 0.9.0: raise TEMPLATE_REVISION, or render it as before"]
    );
    assert_eq!(told("0.10.0", 2, &[("small", "a")]).len(), 1, "nor may a stack be dropped");
    assert_eq!(told("0.10.0", 1, &[("small", "a"), ("large", "b")]).len(), 1);
    assert_eq!(told("0.8.0", 2, &[("small", "a"), ("large", "b")]).len(), 1);
}
