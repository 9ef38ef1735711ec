//! A label as it is printed, to who is signed in.

use axum::extract::Path;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::IntoResponse;
use domain::ids::LabelId;
use domain::shipment::LabelFile;
use engine::labels::printed;

use crate::guard::nothing_here;
use crate::visitor::{Answer, Visitor};

/// The file of a label whose order the visitor may see.
pub(crate) async fn show(Path(id): Path<String>, visitor: Visitor) -> Answer {
    let permit = visitor.permit()?;
    let label = LabelId(id);
    let file = printed(&visitor.app.desk, &permit, &label).await;
    let Some(file) = file.map_err(|failure| visitor.failed(&failure))? else {
        return Ok(nothing_here(visitor).await);
    };
    let (kind, ending) = match file.kind {
        LabelFile::Pdf => ("application/pdf", "pdf"),
        LabelFile::Zpl => ("text/plain; charset=utf-8", "zpl"),
    };
    // One that is there has an identifier of ours, which a header takes.
    let named = format!("inline; filename=\"{label}.{ending}\"");
    let headers = [
        (CONTENT_TYPE, kind.to_owned()),
        (CONTENT_DISPOSITION, named),
        (CACHE_CONTROL, "private, no-store".to_owned()),
    ];
    Ok((headers, file.bytes).into_response())
}
