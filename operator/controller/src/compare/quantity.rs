//! Kubernetes' amounts: `500m`, `64Mi`, `1Gi`, `2`. Only far enough to tell whether two are the same.

use serde_json::Value;

/// Whether both are amounts, and the same one.
pub fn equal(one: &Value, other: &Value) -> bool {
    match (thousandths(one), thousandths(other)) {
        (Some(one), Some(other)) => one == other,
        _ => false,
    }
}

fn thousandths(value: &Value) -> Option<i128> {
    match value {
        Value::String(text) => parse(text),
        Value::Number(number) => number.as_i64().map(|whole| i128::from(whole) * 1000),
        _ => None,
    }
}

fn parse(text: &str) -> Option<i128> {
    let digits_end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, suffix) = text.split_at(digits_end);
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if fraction.len() > 9 || (whole.is_empty() && fraction.is_empty()) {
        return None;
    }
    let scaled: i128 = format!("{whole}{fraction}").parse().ok()?;
    let divisor = 10_i128.pow(u32::try_from(fraction.len()).ok()?);
    let product = scaled.checked_mul(factor(suffix)?)?;
    (product % divisor == 0).then_some(product / divisor)
}

/// Thousandths in one unit.
fn factor(suffix: &str) -> Option<i128> {
    Some(match suffix {
        "m" => 1,
        "" => 1000,
        "k" => 1000 * 1000,
        "M" => 1000 * 1000_i128.pow(2),
        "G" => 1000 * 1000_i128.pow(3),
        "T" => 1000 * 1000_i128.pow(4),
        "Ki" => 1000 * 1024,
        "Mi" => 1000 * 1024_i128.pow(2),
        "Gi" => 1000 * 1024_i128.pow(3),
        "Ti" => 1000 * 1024_i128.pow(4),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_same_amount_has_many_spellings() {
        for (one, other) in [("1024Mi", "1Gi"), ("0.5", "500m"), ("1000m", "1"), ("1.5Gi", "1536Mi")] {
            assert!(equal(&json!(one), &json!(other)), "{one} {other}");
        }
        assert!(equal(&json!("2"), &json!(2)));
    }

    #[test]
    fn other_amounts_and_other_strings_are_not_equal() {
        for (one, other) in [("1G", "1Gi"), ("1", "1m"), ("a", "a"), ("", ""), ("1x", "1x"), (".", ".")] {
            assert!(!equal(&json!(one), &json!(other)), "{one} {other}");
        }
    }
}
