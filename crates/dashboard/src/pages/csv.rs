//! The list as a file: what it shows, streamed as it is read.

use std::io::{self, BufWriter};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::RawQuery;
use axum::http::{HeaderName, header};
use axum::response::IntoResponse;
use engine::permit::ExportOrders;
use engine::transfer::export::export;
use engine::transfer::rows::Format;
use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TrySendError;

use super::orders::base_currency;
use super::query::ListQuery;
use crate::visitor::{Answer, Visitor};

/// What the list shows, as a file.
pub(crate) async fn csv(visitor: Visitor, RawQuery(query): RawQuery) -> Answer {
    let permit = visitor.permit::<ExportOrders>()?;
    let desk = &visitor.app.desk;
    let base = base_currency(&visitor, &permit.scope().organization_id).await?;
    let query = ListQuery::parse(query.as_deref().unwrap_or_default());
    let filter = query.filter(base, &visitor.formats.zone);
    let (desk, session) = (desk.clone(), visitor.signed_in.session.clone());
    let (sender, receiver) = mpsc::channel::<io::Result<Bytes>>(WAITING);
    // Writing a file waits for whoever reads it: away from the threads that answer others.
    let runtime = tokio::runtime::Handle::current();
    tokio::task::spawn_blocking(move || {
        let mut file = BufWriter::with_capacity(CHUNK_BYTES, Chunks(sender.clone()));
        let Ok(permit) = session.permit() else { return };
        let mut quiet = |_| {};
        let writing = export(&desk, &permit, Format::Csv, &filter, &mut file, &mut quiet);
        if let Err(error) = runtime.block_on(writing) {
            tracing::warn!(%error, "an export ended early");
            // Nobody is to take a part for the whole: the answer breaks off instead of ending.
            let broken = Err(io::ErrorKind::ConnectionAborted.into());
            runtime.block_on(sender.send(broken)).ok();
        }
    });
    let stream = futures_util::stream::unfold(receiver, async |mut receiver| {
        Some((receiver.recv().await?, receiver))
    });
    Ok((HEADERS, Body::from_stream(stream)).into_response())
}

/// What every CSV is sent as.
pub(super) const HEADERS: [(HeaderName, &str); 2] = [
    (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
    (
        header::CONTENT_DISPOSITION,
        "attachment; filename=\"orders.csv\"",
    ),
];

/// Bytes of a file that are sent together.
const CHUNK_BYTES: usize = 64 * 1024;

/// Chunks that wait for a slow reader.
const WAITING: usize = 8;

/// A file that is read by the other end of a channel.
struct Chunks(mpsc::Sender<io::Result<Bytes>>);

impl io::Write for Chunks {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut chunk = Ok(Bytes::copy_from_slice(bytes));
        loop {
            match self.0.try_send(chunk) {
                Ok(()) => return Ok(bytes.len()),
                Err(TrySendError::Closed(_)) => return Err(io::ErrorKind::BrokenPipe.into()),
                Err(TrySendError::Full(back)) => chunk = back,
            }
            std::thread::sleep(PAUSE);
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// How long the writer waits for the reader before it looks again.
const PAUSE: Duration = Duration::from_millis(5);
