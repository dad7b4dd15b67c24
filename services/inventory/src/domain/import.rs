//! A file of counted stock, row by row: what can be counted, and what is wrong with the rest.

use std::collections::HashMap;

use contracts::api::erp::ImportFormat;
use kernel::{Region, Sku};
use serde::Deserialize;
use serde_json::Value;

use super::ON_HAND_MAX;

pub const MAX_ROWS: usize = 100_000;

/// What lies on the shelf of one region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Count {
    /// Counted from 1, without the header.
    pub row: i32,
    pub sku: Sku,
    pub region: Region,
    pub on_hand: i64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowError {
    /// 0: the whole file.
    pub row: i32,
    pub field: &'static str,
    pub message: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// In the order of SKUs and regions: the order in which everyone locks them.
    pub good: Vec<Count>,
    pub errors: Vec<RowError>,
    pub rows: usize,
}

/// A row as it is written; every field is looked at, so that all that is wrong is said at once.
#[derive(Default, Deserialize)]
struct Written {
    #[serde(default)]
    sku: Value,
    #[serde(default)]
    region: Value,
    #[serde(default)]
    on_hand: Value,
}

pub fn read(format: ImportFormat, content: &[u8]) -> Counts {
    match format {
        ImportFormat::Csv => read_csv(content),
        ImportFormat::Json => read_json(content),
    }
}

fn read_csv(content: &[u8]) -> Counts {
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).flexible(true).from_reader(content);
    let Ok(header) = reader.headers().cloned() else {
        return whole_file("the first line is not UTF-8 text");
    };
    let column = |name: &str| header.iter().position(|title| title.eq_ignore_ascii_case(name));
    let (Some(sku), Some(on_hand)) = (column("sku"), column("on_hand")) else {
        return whole_file("the first line must name the columns sku and on_hand, and may name region");
    };
    let region = column("region");
    let field = |record: &csv::StringRecord, column: Option<usize>| {
        let text = column.and_then(|column| record.get(column)).unwrap_or_default();
        if text.is_empty() { Value::Null } else { Value::String(text.to_owned()) }
    };
    let rows = reader.records().map(|record| {
        let record = record.map_err(|_| "is not UTF-8 text".to_owned())?;
        if record.len() != header.len() {
            return Err(format!("has {} fields instead of {}", record.len(), header.len()));
        }
        Ok(Written {
            sku: field(&record, Some(sku)),
            region: field(&record, region),
            on_hand: field(&record, Some(on_hand)),
        })
    });
    collect(rows)
}

fn read_json(content: &[u8]) -> Counts {
    match serde_json::from_slice::<Vec<Value>>(content) {
        Ok(rows) => collect(rows.into_iter().map(|row| match row {
            Value::Object(_) => serde_json::from_value(row).map_err(|error| error.to_string()),
            _ => Err("is not an object".to_owned()),
        })),
        Err(error) => whole_file(&format!("is not a JSON list: {error}")),
    }
}

fn whole_file(message: &str) -> Counts {
    let error = RowError { row: 0, field: "file", message: message.to_owned() };
    Counts { errors: vec![error], ..Counts::default() }
}

fn collect(rows: impl Iterator<Item = Result<Written, String>>) -> Counts {
    let mut counts = Counts::default();
    let mut seen: HashMap<(Sku, Region), i32> = HashMap::new();
    for (number, written) in (1..).zip(rows) {
        counts.rows += 1;
        if counts.rows > MAX_ROWS {
            return whole_file(&format!("has more than {MAX_ROWS} rows"));
        }
        let read = written.map_err(|message| vec![RowError { row: number, field: "row", message }]);
        match read.and_then(|written| count(number, &written)) {
            Ok(count) => match seen.insert((count.sku.clone(), count.region.clone()), number) {
                None => counts.good.push(count),
                Some(before) => counts.errors.push(RowError {
                    row: number,
                    field: "sku",
                    message: format!("row {before} counts the same shelf"),
                }),
            },
            Err(wrong) => counts.errors.extend(wrong),
        }
    }
    if counts.rows == 0 {
        return whole_file("has no rows");
    }
    counts.good.sort_by(|one, next| (&one.sku, &one.region).cmp(&(&next.sku, &next.region)));
    counts
}

fn count(row: i32, written: &Written) -> Result<Count, Vec<RowError>> {
    let sku = text(&written.sku).and_then(|sku| Sku::parse(sku).map_err(|error| error.to_string()));
    let region = match &written.region {
        Value::Null => Ok(Region::default()),
        region => text(region).and_then(|region| Region::parse(region).map_err(|error| error.to_string())),
    };
    match (sku, region, pieces(&written.on_hand)) {
        (Ok(sku), Ok(region), Ok(on_hand)) => Ok(Count { row, sku, region, on_hand }),
        (sku, region, on_hand) => {
            let wrong = [("sku", sku.err()), ("region", region.err()), ("on_hand", on_hand.err())];
            let named =
                wrong.into_iter().filter_map(|(field, why)| Some(RowError { row, field, message: why? }));
            Err(named.collect())
        }
    }
}

fn text(value: &Value) -> Result<&str, String> {
    value.as_str().ok_or_else(|| "must be a text".to_owned())
}

fn pieces(value: &Value) -> Result<i64, String> {
    let number = value.as_i64().or_else(|| value.as_str()?.parse().ok());
    number
        .filter(|number| (0..=ON_HAND_MAX).contains(number))
        .ok_or_else(|| format!("must be a whole number from 0 to {ON_HAND_MAX}"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn errors(counts: &Counts) -> Vec<(i32, &str)> {
        counts.errors.iter().map(|error| (error.row, error.field)).collect()
    }

    #[test]
    fn both_formats_say_the_same() {
        let csv = "SKU, region ,on_hand\nB-1,,7\n\"A-1\", eu-west ,0\n";
        let json = br#"[{"sku": "B-1", "on_hand": 7}, {"sku": "A-1", "region": "eu-west", "on_hand": "0"}]"#;
        let (csv, json) = (read(ImportFormat::Csv, csv.as_bytes()), read(ImportFormat::Json, json));
        assert_eq!(csv, json);
        let found: Vec<_> =
            csv.good.iter().map(|count| (count.row, count.sku.as_str(), count.on_hand)).collect();
        assert_eq!((found, csv.rows), (vec![(2, "A-1", 0), (1, "B-1", 7)], 2));
    }

    #[test]
    fn each_broken_row_is_named_with_its_fields_and_the_others_are_read() {
        let csv = "sku,region,on_hand\nlower,EU,-1\nA,,1\nA,,2\nB,,1.5\nC\nD,,4,5\n,,1000000001\n";
        let counts = read(ImportFormat::Csv, csv.as_bytes());
        let expected = [
            (1, "sku"),
            (1, "region"),
            (1, "on_hand"),
            (3, "sku"),
            (4, "on_hand"),
            (5, "row"),
            (6, "row"),
            (7, "sku"),
            (7, "on_hand"),
        ];
        assert_eq!((errors(&counts), counts.good.len(), counts.rows), (expected.to_vec(), 1, 7));
        let json = br#"[1, {"sku": 1}, {"sku": "A", "on_hand": true}]"#;
        let counts = read(ImportFormat::Json, json);
        assert_eq!(errors(&counts), [(1, "row"), (2, "sku"), (2, "on_hand"), (3, "on_hand")]);
    }

    #[test]
    fn a_file_that_is_none_is_one_error() {
        for (format, content) in [
            (ImportFormat::Csv, b"".as_slice()),
            (ImportFormat::Csv, b"sku,region\nA,main\n"),
            (ImportFormat::Csv, b"sku,on_hand\n"),
            (ImportFormat::Json, b"{}"),
            (ImportFormat::Json, b"[]"),
            (ImportFormat::Json, b"[{"),
        ] {
            assert_eq!(errors(&read(format, content)), [(0, "file")], "{}", String::from_utf8_lossy(content));
        }
        let long = format!("sku,on_hand\n{}", "A,1\n".repeat(MAX_ROWS + 1));
        assert_eq!(errors(&read(ImportFormat::Csv, long.as_bytes())), [(0, "file")]);
    }

    proptest! {
        #[test]
        fn whatever_is_sent_every_row_is_good_or_named(content in proptest::collection::vec(any::<u8>(), 0..200), csv: bool) {
            let (format, mut file) = match csv {
                true => (ImportFormat::Csv, b"sku,on_hand\n".to_vec()),
                false => (ImportFormat::Json, vec![]),
            };
            file.extend(content);
            let counts = read(format, &file);
            let broken: std::collections::BTreeSet<i32> = counts.errors.iter().map(|error| error.row).collect();
            prop_assert!(broken.contains(&0) || broken.len() + counts.good.len() == counts.rows);
        }
    }
}
