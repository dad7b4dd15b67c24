//! Every code of a problem document is documented, and no other is.

use std::collections::{BTreeMap, BTreeSet};

use crate::sources::{read, root, rust_files, services};

fn is_code(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    text.starts_with(|c: char| c.is_ascii_lowercase()) && text.bytes().all(allowed)
}

/// A problem is made from a code and, right behind it, its title: whichever function or closure takes them.
fn codes(source: &str) -> Vec<&str> {
    let literals: Vec<&str> = source.split('"').collect();
    let pairs = literals.windows(3).filter(|three| is_code(three[0]) && three[1].trim() == ",");
    pairs.filter(|three| three[2].starts_with(char::is_uppercase)).map(|three| three[0]).collect()
}

/// Test modules make up codes that nobody is answered with.
fn without_tests(source: &str) -> &str {
    source.split("#[cfg(test)]").next().unwrap_or_default()
}

fn used() -> BTreeMap<String, String> {
    let mut used = BTreeMap::new();
    for service in services() {
        if service.ends_with("client") {
            continue;
        }
        for file in rust_files(&service.join("src")) {
            let source = read(&file);
            if source.contains("Problem") {
                let codes = codes(without_tests(&source));
                used.extend(codes.into_iter().map(|code| (code.to_owned(), file.display().to_string())));
            }
        }
    }
    used
}

/// The first column of the table.
fn documented() -> BTreeSet<String> {
    let page = read(&root().join("docs/errors.md"));
    let rows = page.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next());
    rows.map(str::to_owned).collect()
}

#[test]
fn every_code_is_documented() {
    let documented = documented();
    let missing: Vec<String> = used()
        .into_iter()
        .filter(|(code, _)| !documented.contains(code))
        .map(|(code, file)| format!("{code} ({file})"))
        .collect();
    assert_eq!(missing, Vec::<String>::new(), "add these to docs/errors.md");
}

#[test]
fn every_documented_code_is_used() {
    let used = used();
    let sources: String = services()
        .iter()
        .flat_map(|service| rust_files(&service.join("src")))
        .map(|file| read(&file))
        .collect();
    let unused: Vec<String> = documented()
        .into_iter()
        .filter(|code| !used.contains_key(code) && !sources.contains(&format!("\"{code}\"")))
        .collect();
    assert_eq!(unused, Vec::<String>::new(), "nothing answers with these any more");
}

#[test]
fn codes_are_found_in_sources() {
    let source = r#"
        Problem::new(StatusCode::CONFLICT, "order-final", "The order has ended")
        Problem::conflict(
            "sku-taken",
            "Another product has this SKU",
        );
        CartError::Empty => unprocessable("cart-empty", "This cart is empty"),
        with_label_values(&["gateway", "payments"])
    "#;
    assert_eq!(codes(source), ["order-final", "sku-taken", "cart-empty"]);
}
