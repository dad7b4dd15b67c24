//! A rush of browsing: catalog and gateway get more pods, and give them back when it is over; nobody else does, and nobody
//! notices. In its midst the operator is away, and then Prometheus.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use contracts::Role;
use e2e::browsing::{Browsing, while_browsing};
use e2e::figures::Figures;
use e2e::kubectl::forward;
use e2e::replicas::{Timeline, while_watching};
use e2e::tls_files::TlsFiles;
use e2e::wait::{once, throughout, within};
use e2e::{Story, programs};
use serde_json::json;

use super::without_prometheus::prometheus_goes_away_and_comes_back;
use super::{SCALED_WITHIN, TICK, scaling_alone};

/// Pages per second. Two cores bear the rush together with the shop that it makes.
const QUIET: u32 = 8;
const RUSH: u32 = 50;
/// Per pod, so that the rush wants three.
const TARGET: u32 = 20;
const NEEDED: i64 = 3;
const MOST: i64 = 4;
/// From the beginning of the rush to a new pod that is ready.
const FIRST_POD_WITHIN: Duration = Duration::from_secs(45);
/// A minute until its samples are forgotten, the window, and two steps.
const BACK_WITHIN: Duration = Duration::from_secs(150);
/// Twice of a few milliseconds would be noise where load, shop and cluster share two cores.
const LEAST_P99: Duration = Duration::from_millis(150);
const SCALED: [Role; 2] = [Role::Catalog, Role::Gateway];

#[test]
fn a_rush_of_browsing_scales_what_it_reaches_out_and_in_again() {
    scaling_alone("scaling-browsing", &SCALED, async |story| {
        while_watching(&story.stack, async |timeline| {
            while_browsing(&story.people.shop, QUIET, async |browsing| rush(story, timeline, browsing).await)
                .await
        })
        .await
    });
}

async fn rush(story: &Story, timeline: &Timeline, browsing: &Browsing) -> Result<()> {
    let (stack, mut figures) = (&story.stack, Figures::of("browsing"));
    ask_for_scaling(story).await?;
    let quiet = Instant::now();
    let first = browsing.count();
    within(SCALED_WITHIN, "some pages were looked at", async || once(browsing.count() > first + 100, ()))
        .await;

    let began = Instant::now();
    browsing.set_rate(RUSH);
    for role in SCALED {
        within(FIRST_POD_WITHIN, &format!("{role} has a second pod"), async || {
            once(timeline.more_ready_than(role.name(), 1, began).is_some(), stack.autoscaling(role).await?)
        })
        .await;
    }
    let first = SCALED.map(|role| timeline.more_ready_than(role.name(), 1, began).unwrap_or_default());
    the_operator_is_away(story).await?;
    for role in SCALED {
        stack.has(role, NEEDED, SCALED_WITHIN).await;
    }

    let (scaled, so_far) = (Instant::now(), browsing.count());
    within(SCALED_WITHIN, "some hundred pages were looked at in peace", async || {
        once(browsing.count() > so_far + 500, ())
    })
    .await;
    let over = Instant::now();
    prometheus_goes_away_and_comes_back(story, NEEDED, MOST).await?;
    let ended = Instant::now();
    browsing.set_rate(QUIET);
    for role in SCALED {
        stack.has(role, 1, BACK_WITHIN).await;
    }

    let ((before, few), (during, many)) = (browsing.p99(quiet, began), browsing.p99(scaled, over));
    figures.note(
        "the rush",
        format!("{QUIET}/s, then {RUSH}/s for {} s", ended.duration_since(began).as_secs()),
    );
    for (role, first) in SCALED.into_iter().zip(first) {
        let (used, minutes) = timeline.pod_minutes(role.name(), began);
        let fleet = minutes * f64::from(i32::try_from(MOST)?);
        figures.note(&format!("{role}: pods"), timeline.story_of(role.name(), began));
        figures.note(
            &format!("{role}: from the rush to a second pod that is ready"),
            format!("{:.1} s", first.as_secs_f64()),
        );
        figures
            .note(&format!("{role}: most pods, {NEEDED} needed"), timeline.most_wanted(role.name(), began));
        figures.note(
            &format!("{role}: pod-minutes, of a fixed fleet of {MOST}"),
            format!("{used:.1} of {fleet:.1}"),
        );
    }
    figures.note("p99 before", format!("{} ms of {few}", before.as_millis()));
    figures.note("p99 with all pods", format!("{} ms of {many}", during.as_millis()));
    figures.note("requests, none failed", browsing.count());
    figures.note("from a sample to the write that it led to", decision_time(story).await?);
    replayed(story, &figures).await?;
    figures.keep()?;

    ensure!(during < LEAST_P99.max(before * 2), "p99 was {before:?}, and with all pods {during:?}");
    for role in Role::ALL.into_iter().filter(|role| !SCALED.contains(role)) {
        let most = timeline.most_wanted(role.name(), quiet);
        ensure!(most == 1, "{role} had {most} pods, and nothing to do");
    }
    Ok(())
}

async fn ask_for_scaling(story: &Story) -> Result<()> {
    for role in SCALED {
        let then = if role == Role::Catalog { "CurrentIfHigher" } else { "Hold" };
        let asked = json!({
            "mode": "Native", "min": 1, "max": MOST,
            "metrics": [{"name": "requests", "preset": "RequestsPerSecond", "target": TARGET.to_string()}],
            "behavior": {
                // One by one, so that there is something left to do when the operator comes back.
                "scaleUp": {"policies": [{"type": "Pods", "value": 1, "periodSeconds": 10}]},
                "scaleDown": {"stabilizationWindowSeconds": 20},
            },
            "onMissingMetrics": {"holdForSeconds": 20, "then": then, "replicas": MOST},
        });
        story.stack.scale(role, &asked).await?;
    }
    for role in SCALED {
        story.stack.told(role, "mode", "Native", SCALED_WITHIN).await;
    }
    Ok(())
}

/// In the middle of scaling: nobody goes on, and nobody falls back.
async fn the_operator_is_away(story: &Story) -> Result<()> {
    story.cluster.kill_operator().await?;
    let left = story.stack.replicas().await?;
    throughout(TICK, async || {
        for role in SCALED {
            let (was, is) = (left.get(role.name()), story.stack.replicas_of(role.name()).await?);
            ensure!(was.map(|was| was.wanted) == Some(is.wanted), "{role} was {was:?} and is {is:?}");
        }
        Ok(())
    })
    .await?;
    story.cluster.start_operator().await
}

/// Of the operator that runs now.
async fn decision_time(story: &Story) -> Result<String> {
    let samples = story.cluster.operator_metrics().await?;
    let sum = |of: &str| -> f64 {
        let name = format!("ecommerce_operator_autoscaling_decision_seconds_{of}");
        samples.sums(&name, |_| Some(String::new())).values().sum()
    };
    let (seconds, count) = (sum("sum"), sum("count"));
    ensure!(count > 0.0, "it has decided nothing");
    Ok(format!("{:.2} ms on average of {count}", 1000.0 * seconds / count))
}

/// What `replay` makes of the same minutes, from the same Prometheus.
async fn replayed(story: &Story, figures: &Figures) -> Result<()> {
    let (stack, object) = (&story.stack, story.stack.object().await?);
    let file = json!({
        "apiVersion": "ecommercestack.dev/v1alpha1", "kind": "EcommerceStack",
        "metadata": {"name": stack.name, "namespace": stack.namespace}, "spec": object.data["spec"],
    });
    let prometheus =
        forward(&stack.namespace, &format!("service/{}", stack.part("prometheus")), 9090).await?;
    let (plot, tls) = (figures.file("svg"), TlsFiles::of_the_operator(stack).await?);
    let at = prometheus.address.replace("127.0.0.1", "https://localhost");
    let plot = plot.to_str().context("the path is text")?;
    let from = ["--prometheus", &at, "--tls", tls.directory()?, "--range", "6m"];
    let arguments = [&["replay", "--service", "catalog", "--svg", plot], from.as_slice()].concat();
    let table = programs::operator(&arguments, &file).await?;
    std::fs::write(figures.file("replay.txt"), table)?;
    Ok(())
}
