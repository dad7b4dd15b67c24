//! References to images, taken apart: `registry:5000/shop:0.2.0@sha256:..`.

/// What stands before tag and digest, and what they say.
struct Reference<'a> {
    repository: &'a str,
    tag: Option<&'a str>,
    digest: Option<&'a str>,
}

impl<'a> Reference<'a> {
    fn parse(image: &'a str) -> Self {
        let (named, digest) =
            image.split_once('@').map_or((image, None), |(named, digest)| (named, Some(digest)));
        // A colon before a slash belongs to the registry's port.
        match named.rsplit_once(':').filter(|(_, tag)| !tag.contains('/')) {
            Some((repository, tag)) => Self { repository, tag: Some(tag), digest },
            None => Self { repository: named, tag: None, digest },
        }
    }
}

/// `image` at this version; one that says itself which it is stays as it is.
pub fn at_version(image: &str, version: &str) -> String {
    let Reference { repository, tag, digest } = Reference::parse(image);
    match tag.or(digest) {
        Some(_) => image.to_owned(),
        None => format!("{repository}:{version}"),
    }
}

/// The repository of `image` with this version, whatever it says itself.
pub fn of_version(image: &str, version: &str) -> String {
    format!("{}:{version}", Reference::parse(image).repository)
}

/// How the release in an image is called: by its tag, or the beginning of its digest.
pub fn release(image: &str) -> String {
    let Reference { tag, digest, .. } = Reference::parse(image);
    match (tag, digest) {
        (Some(tag), _) => tag.to_owned(),
        (None, Some(digest)) => {
            digest.split_once(':').map_or(digest, |(_, hex)| hex).chars().take(12).collect()
        }
        (None, None) => "latest".to_owned(),
    }
}

/// Whether a release is older than another. What has no number, such as `dev`, is as new as can be.
pub fn is_before(release: &str, other: &str) -> bool {
    matches!((numbers(release), numbers(other)), (Some(one), Some(other)) if one < other)
}

fn numbers(release: &str) -> Option<Vec<u32>> {
    release.split('.').map(|part| part.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_is_no_tag() {
        assert_eq!(of_version("registry:5000/shop", "0.3.0"), "registry:5000/shop:0.3.0");
        assert_eq!(of_version("registry:5000/shop:1@sha256:ab", "0.3.0"), "registry:5000/shop:0.3.0");
        assert_eq!(release("registry:5000/shop"), "latest");
    }

    #[test]
    fn an_image_that_says_which_it_is_keeps_it() {
        assert_eq!(at_version("shop", "0.3.0"), "shop:0.3.0");
        assert_eq!(at_version("shop:1", "0.3.0"), "shop:1");
        assert_eq!(at_version("shop@sha256:ab", "0.3.0"), "shop@sha256:ab");
    }

    #[test]
    fn a_release_is_called_by_its_tag_or_its_digest() {
        assert_eq!(release("shop:0.2.0@sha256:0123456789abcdef"), "0.2.0");
        assert_eq!(release("shop@sha256:0123456789abcdef"), "0123456789ab");
    }

    #[test]
    fn releases_are_compared_by_their_numbers() {
        assert!(is_before("0.9.0", "0.10.0") && !is_before("0.10.0", "0.9.0"));
        assert!(!is_before("dev", "0.10.0") && !is_before("0.2.0", "0.2.0"));
    }
}
