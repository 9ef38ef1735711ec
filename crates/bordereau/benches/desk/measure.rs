//! Times calls, from one caller or from several at once.

use std::time::{Duration, Instant};

use anyhow::Result;
use tokio::task::JoinSet;

/// What was measured.
#[derive(Clone, Copy, Debug)]
pub struct Figure {
    /// Calls, or rows where a call moves many, in a second.
    pub rate: f64,
    /// Median of a call.
    pub p50: Duration,
    /// 99th percentile of a call.
    pub p99: Duration,
}

/// Calls `call` with each of the inputs, `callers` at a time.
pub async fn calls<T, F>(
    inputs: Vec<T>,
    callers: usize,
    call: impl Fn(T) -> F + Clone + Send + 'static,
) -> Result<Figure>
where
    T: Send + 'static,
    F: Future<Output = Result<()>> + Send,
{
    let count = inputs.len();
    let mut shares: Vec<Vec<T>> = (0..callers).map(|_| Vec::new()).collect();
    for (index, input) in inputs.into_iter().enumerate() {
        shares[index % callers].push(input);
    }
    let started = Instant::now();
    let mut running = JoinSet::new();
    for share in shares {
        let call = call.clone();
        running.spawn(async move {
            let mut times = Vec::with_capacity(share.len());
            for input in share {
                let began = Instant::now();
                call(input).await?;
                times.push(began.elapsed());
            }
            anyhow::Ok(times)
        });
    }
    let mut times = Vec::with_capacity(count);
    while let Some(share) = running.join_next().await {
        times.extend(share??);
    }
    Ok(figure(times, started.elapsed(), count))
}

/// The figure of one long call that moved `rows`.
pub fn rows(rows: u64, took: Duration) -> Figure {
    figure(
        vec![took],
        took,
        usize::try_from(rows).unwrap_or(usize::MAX),
    )
}

impl Figure {
    /// The figure of something that is three such calls.
    #[allow(clippy::float_arithmetic, reason = "a benchmark's rates, not money")]
    pub fn in_threes(&mut self) {
        self.rate /= 3.0;
        self.p50 *= 3;
        self.p99 *= 3;
    }
}

/// The figure of so many calls that took so long in all.
#[allow(
    clippy::float_arithmetic,
    clippy::cast_precision_loss,
    reason = "a benchmark's rates, not money"
)]
pub fn figure(mut times: Vec<Duration>, took: Duration, count: usize) -> Figure {
    times.sort_unstable();
    let at = |percent: usize| {
        times
            .get((times.len() * percent / 100).min(times.len().saturating_sub(1)))
            .copied()
    };
    Figure {
        rate: count as f64 / took.as_secs_f64(),
        p50: at(50).unwrap_or_default(),
        p99: at(99).unwrap_or_default(),
    }
}
