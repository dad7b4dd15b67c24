//! What `replay` is told.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use k8s_openapi::jiff::Timestamp;
use operator_scaling::Moment;

pub const HELP: &str = "\
The file of --from and --save is a JSON object with an entry for each metric of the service's policy, by its name. A service
with a queue has queue.waiting and queue.unacknowledged too; where they are left out, nothing waits:

  {\"requests-per-second\": [[1700000000, \"12.5\"], [1700000015, \"13\"]], ...}

An entry is such a list of [seconds, value], or an answer of Prometheus' /api/v1/query_range as it came. Presets are of the
whole service, latencies in milliseconds and CPU in cores; --prometheus asks for them as the operator does.

What was measured stays as it was: that more pods would have made latencies and queues shorter is not replayed.

Environment:
  PROMETHEUS_TOKEN  bearer token for --prometheus, if it wants one";

#[derive(Debug, Args)]
pub struct Arguments {
    /// The file with the EcommerceStack; `-` reads standard input.
    #[arg(short = 'f', long = "file", value_name = "STACK.YAML")]
    pub file: PathBuf,
    /// The service whose policy decides.
    #[arg(long, value_name = "NAME")]
    pub service: String,
    /// The file with what was measured.
    #[arg(
        long,
        value_name = "METRICS.JSON",
        required_unless_present = "prometheus",
        conflicts_with = "prometheus"
    )]
    pub from: Option<PathBuf>,
    /// The address of a Prometheus that knows what was measured.
    #[arg(long, value_name = "URL", requires = "range")]
    pub prometheus: Option<String>,
    /// Where tls.crt, tls.key and ca.crt are, if it wants a certificate: the files of the stack's Secret `<stack>-operator-tls`.
    #[arg(long, value_name = "DIRECTORY", requires = "prometheus", conflicts_with = "from")]
    pub tls: Option<PathBuf>,
    /// How much of the past to ask it for, such as 90s, 45m or 6h; at most 40h.
    #[arg(long, value_name = "TIME", value_parser = duration, requires = "prometheus", conflicts_with = "from")]
    pub range: Option<Duration>,
    /// The end of that, as 2026-01-31T18:00:00Z; now when left out.
    #[arg(long, value_name = "RFC 3339", value_parser = moment, requires = "prometheus", conflicts_with = "from")]
    pub until: Option<Moment>,
    /// Where to write what Prometheus said, for --from.
    #[arg(long, value_name = "METRICS.JSON", requires = "prometheus", conflicts_with = "from")]
    pub save: Option<PathBuf>,
    /// Pods at the start; the stack's initial number when left out.
    #[arg(long, value_name = "PODS", value_parser = clap::value_parser!(u32).range(0..=50))]
    pub start: Option<u32>,
    /// How long a pod takes from its creation until it is ready.
    #[arg(long, value_name = "TIME", value_parser = duration, default_value = "10s")]
    pub pod_start: Duration,
    /// Where to draw the timeline.
    #[arg(long, value_name = "PLOT.SVG")]
    pub svg: Option<PathBuf>,
}

fn duration(text: &str) -> Result<Duration, String> {
    let wrong = || format!("{text:?} is no time: write a number and s, m or h, as in 45m");
    let unit = text.chars().last().ok_or_else(wrong)?;
    let seconds: u64 = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3600,
        _ => return Err(wrong()),
    };
    let number: u32 = text[..text.len() - unit.len_utf8()].parse().map_err(|_| wrong())?;
    Ok(Duration::from_secs(seconds * u64::from(number)))
}

fn moment(text: &str) -> Result<Moment, String> {
    let wrong = |_| format!("{text:?} is no time: write it as 2026-01-31T18:00:00Z");
    text.parse::<Timestamp>().map(|time| Moment(time.as_millisecond())).map_err(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_a_unit() {
        assert_eq!(duration("90s"), Ok(Duration::from_secs(90)));
        assert_eq!(duration("45m"), Ok(Duration::from_secs(2700)));
        assert_eq!(duration("6h"), Ok(Duration::from_secs(21_600)));
        for wrong in ["", "6", "h", "-1h", "1.5h", "6 h", "6d", "4294967296s", "6ä"] {
            assert!(duration(wrong).unwrap_err().contains("45m"), "{wrong}");
        }
    }
}
