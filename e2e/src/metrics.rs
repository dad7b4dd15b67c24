//! Prometheus' text format, as far as counting needs it.

use std::collections::BTreeMap;

/// Every sample of a page.
#[derive(Clone, Debug, Default)]
pub struct Samples(Vec<Sample>);

#[derive(Clone, Debug)]
struct Sample {
    name: String,
    labels: BTreeMap<String, String>,
    value: f64,
}

impl Samples {
    pub fn parse(page: &str) -> Self {
        Self(page.lines().filter(|line| !line.starts_with('#')).filter_map(sample).collect())
    }

    /// The sum of the samples of this name whose labels `counts` accepts, by the key that it gives them.
    pub fn sums(
        &self,
        name: &str,
        counts: impl Fn(&BTreeMap<String, String>) -> Option<String>,
    ) -> BTreeMap<String, f64> {
        let mut sums = BTreeMap::new();
        for sample in self.0.iter().filter(|sample| sample.name == name) {
            if let Some(key) = counts(&sample.labels) {
                *sums.entry(key).or_default() += sample.value;
            }
        }
        sums
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// What has grown, and by how much.
pub fn growth(before: &BTreeMap<String, f64>, after: &BTreeMap<String, f64>) -> BTreeMap<String, f64> {
    after
        .iter()
        .map(|(key, now)| (key.clone(), now - before.get(key).copied().unwrap_or(0.0)))
        .filter(|(_, grown)| *grown > 0.0)
        .collect()
}

fn sample(line: &str) -> Option<Sample> {
    let (series, value) = line.rsplit_once(' ')?;
    let (name, labels) = match series.split_once('{') {
        Some((name, labels)) => (name, labels.strip_suffix('}')?),
        None => (series, ""),
    };
    // The labels that are counted by hold neither quotes nor commas.
    let labels = labels.split("\",").filter_map(|label| label.split_once("=\""));
    let labels = labels.map(|(key, value)| (key.to_owned(), value.trim_end_matches('"').to_owned()));
    Some(Sample { name: name.to_owned(), labels: labels.collect(), value: value.parse().ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = r#"# TYPE requests_total counter
requests_total{verb="PUT",resource="leases"} 3
requests_total{verb="PUT",resource="secrets"} 1
requests_total{verb="GET",resource="secrets"} 9
up 1
"#;

    fn puts(page: &str) -> BTreeMap<String, f64> {
        let put =
            |labels: &BTreeMap<String, String>| (labels["verb"] == "PUT").then(|| labels["resource"].clone());
        Samples::parse(page).sums("requests_total", put)
    }

    #[test]
    fn samples_are_summed_by_label() {
        assert_eq!(puts(PAGE), BTreeMap::from([("leases".to_owned(), 3.0), ("secrets".to_owned(), 1.0)]));
        assert_eq!(Samples::parse(PAGE).sums("up", |_| Some(String::new())).values().sum::<f64>(), 1.0);
    }

    #[test]
    fn only_what_has_grown_is_growth() {
        let after = puts(&PAGE.replace("secrets\"} 1", "secrets\"} 4"));
        assert_eq!(growth(&puts(PAGE), &after), BTreeMap::from([("secrets".to_owned(), 3.0)]));
    }
}
