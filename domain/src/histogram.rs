//! Times as they are counted in `acceptance_times`: a histogram whose buckets grow by a tenth.
//!
//! Bucket i, from 1, holds the times from 1.1^(i-1) to 1.1^i milliseconds; the last takes what is longer (over 100
//! days). A percentile read from it is at most 5 % off and costs the same for any number of times; histograms of
//! several channels are added before they are read. The database fills it (`histogram_bucket`), `web` reads it.

/// How many buckets there are.
pub const BUCKETS: usize = 240;
const GROWTH: f64 = 1.1;

/// The time in seconds that the share `part` (0 to 1) of all counted times does not exceed; none where nothing is counted.
#[must_use]
pub fn percentile(buckets: &[i64], part: f64) -> Option<f64> {
    let total: i64 = buckets.iter().sum();
    if total <= 0 {
        return None;
    }
    #[expect(clippy::cast_precision_loss, reason = "a count of groups is far below 2^52")]
    let rank = (part.clamp(0.0, 1.0) * total as f64).max(1.0);
    let mut seen = 0_i64;
    let bucket = buckets.iter().position(|count| {
        seen += count;
        #[expect(clippy::cast_precision_loss, reason = "a count of groups is far below 2^52")]
        let reached = seen as f64 >= rank;
        reached
    })?;
    let exponent = i32::try_from(bucket).ok()?;
    // the middle of the bucket, by ratio: as far from its beginning as from its end
    Some(GROWTH.powi(exponent) * GROWTH.sqrt() / 1000.0)
}

/// Adds to `total` what the `buckets`, numbered from 1, hold.
pub fn add(total: &mut Vec<i64>, buckets: &[i32], counts: &[i32]) {
    total.resize(BUCKETS, 0);
    for (bucket, count) in buckets.iter().zip(counts) {
        let place = usize::try_from(*bucket).ok().and_then(|bucket| bucket.checked_sub(1));
        if let Some(sum) = place.and_then(|place| total.get_mut(place)) {
            *sum += i64::from(*count);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// What `histogram_bucket` of the migrations does, from 0.
    fn bucket_of(seconds: f64) -> usize {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a logarithm of at least zero")]
        let bucket = ((seconds.max(0.001) * 1000.0).ln() / GROWTH.ln()).floor() as usize;
        bucket.min(BUCKETS - 1)
    }

    #[test]
    fn nothing_counted_has_no_percentile() {
        assert_eq!(percentile(&[], 0.5), None);
        assert_eq!(percentile(&[0; BUCKETS], 0.5), None);
    }

    #[test]
    fn channels_are_added_before_they_are_read() {
        let mut total = Vec::new();
        add(&mut total, &[1, 2, 240], &[1, 2, 3]);
        add(&mut total, &[1, 240], &[1, 1]);
        assert_eq!((total.len(), total[0], total[1], total[BUCKETS - 1]), (BUCKETS, 2, 2, 4));
        assert_eq!(total.iter().sum::<i64>(), 8);
    }

    proptest! {
        #[test]
        fn a_percentile_is_at_most_five_percent_off(mut times in prop::collection::vec(0.002_f64..1_000_000.0, 1..200)) {
            let mut buckets = vec![0; BUCKETS];
            for time in &times {
                buckets[bucket_of(*time)] += 1;
            }
            times.sort_by(f64::total_cmp);
            for part in [0.5, 0.95] {
                #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss,
                    reason = "a short list")]
                let rank = ((part * times.len() as f64).ceil() as usize).max(1);
                let exact = times[rank - 1];
                let read = percentile(&buckets, part).expect("times were counted");
                prop_assert!((read / exact - 1.0).abs() < 0.0501, "{read} for {exact}");
            }
        }
    }
}
