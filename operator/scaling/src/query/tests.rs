//! Presets as they are sent.

use super::*;

const FIVE: Duration = Duration::from_secs(5);
const SHOP: &[(&str, &str)] = &[("prod", "shop")];

fn preset(load: Load) -> String {
    Query::preset(load, FIVE, SHOP).0
}

#[test]
fn rates_are_summed_over_the_pods_of_a_service() {
    assert_eq!(
        preset(Load::RequestsPerSecond),
        r#"sum by (namespace, stack, service) (rate(shop_http_requests_total{namespace=~"prod",stack=~"shop"}[15s]))"#
    );
    assert_eq!(
        preset(Load::Cpu),
        r#"sum by (namespace, stack, service) (rate(process_cpu_seconds_total{namespace=~"prod",stack=~"shop"}[15s]))"#
    );
    assert_eq!(
        preset(Load::Concurrency),
        r#"sum by (namespace, stack, service) (avg_over_time(shop_http_requests_in_flight{namespace=~"prod",stack=~"shop"}[15s]))"#
    );
}

#[test]
fn what_every_pod_says_alike_is_counted_once() {
    for (load, metric) in [
        (Load::QueueAge, "shop_queue_age_seconds"),
        (Load::OutboxLag, "shop_outbox_lag_seconds"),
        (Load::CheckoutsInFlight, "shop_orders_checkouts_in_flight"),
    ] {
        assert_eq!(
            preset(load),
            format!(
                r#"max by (namespace, stack, service) (last_over_time({metric}{{namespace=~"prod",stack=~"shop"}}[15s]))"#
            )
        );
    }
}

#[test]
fn the_latency_of_no_request_is_zero_milliseconds() {
    assert_eq!(
        preset(Load::P99Latency),
        concat!(
            "1000 * (histogram_quantile(0.99, sum by (namespace, stack, service, le) ",
            r#"(rate(shop_http_request_duration_seconds_bucket{namespace=~"prod",stack=~"shop"}[15s]))) >= 0 "#,
            "or 0 * sum by (namespace, stack, service) ",
            r#"(rate(shop_http_requests_total{namespace=~"prod",stack=~"shop"}[15s])))"#,
        )
    );
}

#[test]
fn queues_are_asked_of_the_broker_and_named_after_their_service() {
    let of = |metric: &str| {
        format!(
            concat!(
                "max by (namespace, stack, service) (label_replace(last_over_time(",
                r#"{}{{namespace=~"prod",stack=~"shop","#,
                r#"queue=~"catalog|inventory|orders|payments|notifications"}}[15s]), "#,
                r#""service", "$1", "queue", "(.*)"))"#,
            ),
            metric
        )
    };
    assert_eq!(preset(Load::QueueDepth), of("rabbitmq_detailed_queue_messages_ready"));
    let waiting = of("rabbitmq_detailed_queue_messages_ready");
    let pending = r#"max by (namespace, stack, service) (last_over_time(shop_work_pending{namespace=~"prod",stack=~"shop"}[15s]))"#;
    assert_eq!(Query::waiting(FIVE, SHOP).0, format!("{waiting} + ({pending} or 0 * {waiting})"));
    assert_eq!(Query::unacknowledged(FIVE, SHOP).0, of("rabbitmq_detailed_queue_messages_unacked"));
}

#[test]
fn one_query_names_each_namespace_and_each_stack_once() {
    let query = Query::preset(Load::QueueAge, FIVE, &[("b", "shop"), ("a", "shop"), ("b", "other")]).0;
    assert!(query.contains(r#"{namespace=~"a|b",stack=~"other|shop"}"#), "{query}");
}

#[test]
fn a_window_is_three_scrapes() {
    let query = Query::preset(Load::QueueAge, Duration::from_secs(30), SHOP).0;
    assert!(query.contains("[90s]"), "{query}");
}

#[test]
fn a_label_matches_itself_and_nothing_else() {
    let query = Query::preset(Load::QueueAge, FIVE, &[(r#"a.b|"c\"#, "shop")]).0;
    assert!(query.contains(r#"namespace=~"a\\.b\\|\"c\\\\","#), "{query}");
}

#[test]
fn every_preset_yields_one_series_for_each_service_with_balanced_brackets() {
    for load in Load::ALL {
        let query = preset(load);
        let closing = |c| match c {
            '(' => Some(')'),
            '{' => Some('}'),
            '[' => Some(']'),
            _ => None,
        };
        let mut open = Vec::new();
        for c in query.chars() {
            if let Some(end) = closing(c) {
                open.push(end);
            } else if [')', '}', ']'].contains(&c) {
                assert_eq!(open.pop(), Some(c), "{query}");
            }
        }
        assert!(open.is_empty(), "{query}");
        assert!(query.contains(load.metric()), "{query}");
    }
}
