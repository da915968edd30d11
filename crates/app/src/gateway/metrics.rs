//! Figures for `/metrics`. A request that succeeds adds to three numbers found by the operation's place in the list:
//! no lock, no hashing, no text. Only refusals look up their counter by code.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::Response;
use http::header::{CONTENT_TYPE, HeaderValue};
use http_body_util::Full;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeLabelSet, EncodeMetric, NoLabelSet};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::{ConstCounter, Counter};
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::registry::{Registry, Unit};

use super::answer::Reply;
use super::backend::{Backend, Figure};
use super::{Shared, account_figures};
use ramward_domain::service::Record;

/// Upper bounds of the latency buckets in microseconds: from an answer out of memory to a queue that is stuck.
const BOUNDS_US: [u64; 15] = [
    25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 1_000_000,
    5_000_000,
];

/// All figures of the gateway.
pub(super) struct Metrics {
    /// Product and name; the last place is for what was no known operation.
    operations: Vec<(&'static str, &'static str)>,
    figures: Vec<Figures>,
    refusals: Family<Refusal, Counter>,
    connections: AtomicI64,
    accepted: AtomicU64,
}

#[derive(Default)]
struct Figures {
    succeeded: AtomicU64,
    sum_us: AtomicU64,
    buckets: [AtomicU64; BOUNDS_US.len() + 1],
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Refusal {
    product: &'static str,
    operation: &'static str,
    code: String,
}

#[derive(Debug, EncodeLabelSet)]
struct Operation {
    product: &'static str,
    operation: &'static str,
}

impl Metrics {
    /// Figures for these operations, by product and name.
    pub(super) fn new(mut operations: Vec<(&'static str, &'static str)>) -> Self {
        operations.push(("", ""));
        Self {
            figures: operations.iter().map(|_| Figures::default()).collect(),
            operations,
            refusals: Family::default(),
            connections: AtomicI64::new(0),
            accepted: AtomicU64::new(0),
        }
    }

    /// Product and name of an operation; empty if unknown.
    pub(super) fn name(&self, operation: Option<usize>) -> (&'static str, &'static str) {
        operation.and_then(|place| self.operations.get(place)).copied().unwrap_or(("", ""))
    }

    /// Counts one answered request.
    pub(super) fn count(&self, record: &Record, took: Duration) {
        let place = record.operation.unwrap_or(self.operations.len() - 1);
        let Some(figures) = self.figures.get(place) else { return };
        match &record.code {
            None => {
                figures.succeeded.fetch_add(1, Ordering::Relaxed);
            }
            Some(code) => {
                let (product, operation) = self.name(record.operation);
                let refusal = Refusal { product, operation, code: code.clone() };
                self.refusals.get_or_create(&refusal).inc();
            }
        }
        let took = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        figures.sum_us.fetch_add(took, Ordering::Relaxed);
        let bucket = BOUNDS_US.iter().position(|bound| took <= *bound).unwrap_or(BOUNDS_US.len());
        if let Some(bucket) = figures.buckets.get(bucket) {
            bucket.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// A connection was accepted.
    pub(super) fn connection_opened(&self) {
        self.accepted.fetch_add(1, Ordering::Relaxed);
        self.connections.fetch_add(1, Ordering::Relaxed);
    }

    /// It has ended.
    pub(super) fn connection_closed(&self) {
        self.connections.fetch_sub(1, Ordering::Relaxed);
    }

    fn encode(&self, encoder: &mut DescriptorEncoder<'_>) -> fmt::Result {
        let labels = |place: usize| {
            let (product, operation) = self.name(Some(place));
            Operation { product, operation }
        };
        let used = || self.figures.iter().enumerate().filter(|(_, figures)| !figures.is_unused());

        let mut family = encoder.encode_descriptor(
            "ramward_requests",
            "Requests answered, by operation and code; OK where it succeeded",
            None,
            MetricType::Counter,
        )?;
        for (place, figures) in used() {
            let Operation { product, operation } = labels(place);
            let success = Refusal { product, operation, code: "OK".to_owned() };
            let count = figures.succeeded.load(Ordering::Relaxed);
            if count > 0 {
                ConstCounter::new(count).encode(family.encode_family(&success)?)?;
            }
        }
        self.refusals.encode(family)?;

        let mut family = encoder.encode_descriptor(
            "ramward_request_duration",
            "From the end of a request's header fields to its answer, by operation",
            Some(&Unit::Seconds),
            MetricType::Histogram,
        )?;
        for (place, figures) in used() {
            let mut buckets: Vec<(f64, u64)> = BOUNDS_US
                .iter()
                .map(|bound| *bound as f64 / 1e6)
                .chain([f64::INFINITY])
                .map(|bound| (bound, 0))
                .collect();
            for (bucket, count) in buckets.iter_mut().zip(&figures.buckets) {
                bucket.1 = count.load(Ordering::Relaxed);
            }
            let count = buckets.iter().map(|(_, count)| count).sum();
            let sum = figures.sum_us.load(Ordering::Relaxed) as f64 / 1e6;
            family
                .encode_family(&labels(place))?
                .encode_histogram::<NoLabelSet>(sum, count, &buckets, None)?;
        }

        gauge(
            encoder,
            "ramward_connections_open",
            "Connections open now",
            self.connections.load(Ordering::Relaxed),
        )?;
        counter(
            encoder,
            "ramward_connections_accepted",
            "Connections accepted since the start",
            self.accepted.load(Ordering::Relaxed),
        )
    }
}

impl Figures {
    fn is_unused(&self) -> bool {
        self.buckets.iter().all(|bucket| bucket.load(Ordering::Relaxed) == 0)
    }
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Metrics").finish_non_exhaustive()
    }
}

/// Writes the gateway's figures, then those of the service behind it.
#[derive(Debug)]
pub(super) struct Page<B> {
    pub(super) metrics: Arc<Metrics>,
    pub(super) backend: B,
    /// Whose accounts' figures are written at most.
    pub(super) accounts: usize,
}

impl<B: Backend> Collector for Page<B> {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        self.metrics.encode(&mut encoder)?;
        for figure in self.backend.figures() {
            match figure {
                Figure::Level(name, help, value) => gauge(&mut encoder, name, help, value)?,
                Figure::Count(name, help, value) => counter(&mut encoder, name, help, value)?,
            }
        }
        if self.accounts > 0 {
            account_figures::encode(&mut encoder, &self.backend, self.accounts)?;
        }
        Ok(())
    }
}

/// Writes one number that goes up and down.
pub(super) fn gauge(encoder: &mut DescriptorEncoder<'_>, name: &str, help: &str, value: i64) -> fmt::Result {
    ConstGauge::new(value).encode(encoder.encode_descriptor(name, help, None, MetricType::Gauge)?)
}

/// Writes one number that only grows.
fn counter(encoder: &mut DescriptorEncoder<'_>, name: &str, help: &str, value: u64) -> fmt::Result {
    ConstCounter::new(value).encode(encoder.encode_descriptor(name, help, None, MetricType::Counter)?)
}

/// The page.
pub(super) async fn page<B: Backend>(shared: &Arc<Shared<B>>) -> Reply {
    let text = if shared.limits.metrics_accounts == 0 {
        written(&shared.registry)
    } else {
        // The store may have to wait for its disk; this thread must not.
        let shared = Arc::clone(shared);
        let text = tokio::task::spawn_blocking(move || written(&shared.registry)).await;
        text.unwrap_or_else(|error| {
            tracing::error!(%error, "the page of metrics failed");
            String::from("# EOF\n")
        })
    };
    let mut reply = Response::new(Full::new(Bytes::from(text)));
    reply.headers_mut().insert(
        CONTENT_TYPE,
        HeaderValue::from_static("application/openmetrics-text; version=1.0.0; charset=utf-8"),
    );
    reply
}

fn written(registry: &Registry) -> String {
    let mut text = String::new();
    prometheus_client::encoding::text::encode(&mut text, registry)
        .expect("a String takes what is written to it");
    text
}
