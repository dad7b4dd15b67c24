//! Puts what a user wrote over what the operator writes: field by field, and lists as a whole. null removes a field.

use serde_json::Value;

pub fn over(base: &mut Value, patch: &Value) {
    match (base, patch) {
        (Value::Object(base), Value::Object(patch)) => {
            for (key, value) in patch {
                if value.is_null() {
                    base.remove(key);
                } else {
                    over(base.entry(key.clone()).or_insert(Value::Null), value);
                }
            }
        }
        (base, patch) => *base = patch.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn fields_are_merged_lists_replaced_and_nulls_removed() {
        let mut base = json!({ "a": { "b": 1, "c": [1, 2] }, "d": 3 });
        over(&mut base, &json!({ "a": { "c": [3], "e": {"f": 4} }, "d": null }));
        assert_eq!(base, json!({ "a": { "b": 1, "c": [3], "e": {"f": 4} } }));
    }
}
