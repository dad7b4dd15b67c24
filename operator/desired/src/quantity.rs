//! Amounts of CPU and memory, and the one spelling of each that the API server stores.
//!
//! It stores `1024Mi` as `1Gi`; what we apply must read the same, or every comparison would find a difference.

/// Thousandths of a core.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct MilliCpu(u64);

/// Bytes, and whether they were written with a binary suffix.
#[derive(Clone, Copy, Debug)]
pub struct Bytes {
    count: u64,
    binary: bool,
}

const BINARY: [&str; 6] = ["Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
const DECIMAL: [&str; 6] = ["k", "M", "G", "T", "P", "E"];

impl MilliCpu {
    /// `1`, `0.5`, `50m`.
    pub fn parse(text: &str) -> Option<Self> {
        if let Some(thousandths) = text.strip_suffix('m') {
            return digits(thousandths, 6).map(Self);
        }
        let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
        let fraction = digits(fraction, 3).map(|_| format!("{fraction:0<3}"))?;
        let fraction = digits(&fraction, 3)?;
        Some(Self(digits(whole, 3)? * 1000 + fraction))
    }

    #[cfg(test)]
    pub fn count(self) -> u64 {
        self.0
    }

    pub fn cores(self) -> f64 {
        f64::from(u32::try_from(self.0).expect("at most six digits are read")) / 1000.0
    }

    pub fn canonical(self) -> String {
        if self.0.is_multiple_of(1000) { (self.0 / 1000).to_string() } else { format!("{}m", self.0) }
    }
}

impl Bytes {
    /// Stands where no amount could be read.
    pub const NOTHING: Self = Self { count: 0, binary: true };

    /// `64Mi`, `1G`, `1048576`.
    pub fn parse(text: &str) -> Option<Self> {
        let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
        let (number, suffix) = text.split_at(end);
        let power = |of: u64, suffixes: &[&str]| {
            let index = suffixes[..4].iter().position(|known| *known == suffix)?;
            Some(of.pow(u32::try_from(index + 1).ok()?))
        };
        let (most, unit, binary) = match (power(1024, &BINARY), power(1000, &DECIMAL)) {
            (Some(unit), _) => (6, unit, true),
            (_, Some(unit)) => (6, unit, false),
            _ if suffix.is_empty() => (12, 1, false),
            _ => return None,
        };
        let count = digits(number, most)?.checked_mul(unit)?;
        (count > 0).then_some(Self { count, binary })
    }

    pub fn count(self) -> u64 {
        self.count
    }

    pub fn canonical(self) -> String {
        let (step, suffixes) = if self.binary { (1024, BINARY) } else { (1000, DECIMAL) };
        let mut count = self.count;
        let mut suffix = "";
        for next in suffixes {
            if !count.is_multiple_of(step) {
                break;
            }
            count /= step;
            suffix = next;
        }
        format!("{count}{suffix}")
    }
}

impl PartialEq for Bytes {
    fn eq(&self, other: &Self) -> bool {
        self.count == other.count
    }
}

impl PartialOrd for Bytes {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        self.count.partial_cmp(&other.count)
    }
}

fn digits(text: &str, most: usize) -> Option<u64> {
    let plain = (1..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cpu(text: &str) -> Option<String> {
        MilliCpu::parse(text).map(MilliCpu::canonical)
    }

    fn memory(text: &str) -> Option<String> {
        Bytes::parse(text).map(Bytes::canonical)
    }

    #[test]
    fn amounts_are_respelled_as_the_api_server_does() {
        let cases = [
            ("50m", "50m"),
            ("0.5", "500m"),
            ("1.25", "1250m"),
            ("1000m", "1"),
            ("2.0", "2"),
            ("007m", "7m"),
        ];
        for (given, stored) in cases {
            assert_eq!(cpu(given).as_deref(), Some(stored), "{given}");
        }
        let cases = [
            ("64Mi", "64Mi"),
            ("1024Mi", "1Gi"),
            ("1536Mi", "1536Mi"),
            ("1024Ti", "1Pi"),
            ("1000M", "1G"),
            ("1048576", "1048576"),
            ("500M", "500M"),
        ];
        for (given, stored) in cases {
            assert_eq!(memory(given).as_deref(), Some(stored), "{given}");
        }
    }

    #[test]
    fn what_is_no_amount_is_refused() {
        for text in ["", "m", ".5", "1.", "1.2345", "-1", "1e3", "1 ", "9999999m", "much"] {
            assert_eq!(cpu(text), None, "{text}");
        }
        for text in ["", "Mi", "0", "0Mi", "1.5Gi", "-1Gi", "1gi", "1000000Gi", "1Ei", "1 Gi"] {
            assert_eq!(memory(text), None, "{text}");
        }
    }
}
