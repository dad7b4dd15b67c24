//! References to images.

use operator_api::Image;

use super::Findings;

pub fn check(image: Option<&Image>, path: &str, findings: &mut Findings) {
    let Some(Image(image)) = image else { return };
    let inside = |c: char| c.is_ascii_alphanumeric() || "-._/:@".contains(c);
    let begins_well = image.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit());
    if image.len() > 512 || !begins_well || !image.chars().all(inside) {
        findings.add(path, format!("`{image}` is no image: write it as registry.example.com/shop:1.2.0"));
    }
}
