//! One of those that a gauge counts.

use prometheus::IntGauge;

/// Counts for as long as it lives, however that ends: work can be dropped, and can panic.
pub(crate) struct Counted(IntGauge);

impl Counted {
    pub fn by(gauge: IntGauge) -> Self {
        gauge.inc();
        Self(gauge)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.dec();
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use futures::FutureExt;

    use super::*;

    fn gauge() -> IntGauge {
        IntGauge::new("under_way", "Work under way").unwrap()
    }

    async fn work(gauge: IntGauge) {
        let _counted = Counted::by(gauge);
        pending::<()>().await;
    }

    #[test]
    fn work_that_is_dropped_counts_no_longer() {
        let gauge = gauge();
        let mut both = [Box::pin(work(gauge.clone())), Box::pin(work(gauge.clone()))];
        for work in &mut both {
            assert!(work.now_or_never().is_none());
        }
        assert_eq!(gauge.get(), 2);
        drop(both);
        assert_eq!(gauge.get(), 0);
    }

    #[test]
    fn work_that_panics_counts_no_longer() {
        let gauge = gauge();
        let panicked = std::panic::catch_unwind(|| {
            let _counted = Counted::by(gauge.clone());
            assert_eq!(gauge.get(), 1);
            panic!("as a handler might");
        });
        assert!(panicked.is_err());
        assert_eq!(gauge.get(), 0);
    }
}
