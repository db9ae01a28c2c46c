//! How are durations spread?
//! Counted in buckets with fixed upper ends, so that memory stays the same however many there are.

use std::time::Duration;

use super::text::Text;

/// Durations in buckets.
#[derive(Debug)]
pub(super) struct Histogram {
    ends: &'static [f64],
    /// One more than there are ends: the last one takes what is longer than all of them.
    counts: Vec<u64>,
    seconds: f64,
}

impl Histogram {
    /// An empty one with these upper ends, ascending, in seconds.
    pub(super) fn new(ends: &'static [f64]) -> Self {
        Self {
            ends,
            counts: vec![0; ends.len() + 1],
            seconds: 0.0,
        }
    }

    pub(super) fn observe(&mut self, duration: Duration) {
        let seconds = duration.as_secs_f64();
        let bucket = self.ends.partition_point(|end| *end < seconds);
        self.counts[bucket] += 1;
        self.seconds += seconds;
    }

    /// Writes the samples of a family that has been named already.
    pub(super) fn write(&self, text: &mut Text, name: &str, labels: &[(&str, &str)]) {
        let bucket = format!("{name}_bucket");
        let mut total = 0;
        for (place, count) in self.counts.iter().enumerate() {
            total += count;
            let end = self
                .ends
                .get(place)
                .map_or_else(|| "+Inf".to_owned(), f64::to_string);
            let mut labels = labels.to_vec();
            labels.push(("le", &end));
            text.sample(&bucket, &labels, total as f64);
        }
        text.sample(&format!("{name}_sum"), labels, self.seconds);
        text.sample(&format!("{name}_count"), labels, total as f64);
    }
}
