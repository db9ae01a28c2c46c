//! Which address is answered by what?
//! Every route has a bound for its answer, but the upload, the snapshot and imports, which take as long as there is to move;
//! what no route knows may be a file of the page.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::{get, post};

use super::Shared;
use super::answering::{note_route, within};
use super::manner::Manner;
use super::refusal::{Refusal, Why};
use super::{download, health, metrics, platform, receipt, upload};

/// All routes.
pub(super) fn router(shared: &Arc<Shared>) -> Router {
    let limit = shared.config.http.answer_timeout;
    let (platform, streamed) = platform::routers();
    let bounded = Router::new()
        .route("/", get(site))
        .route("/{*path}", get(site))
        .route("/console", get(console))
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(metrics::metrics))
        .route("/profile", post(download::profile))
        .route("/receipt/{id}", get(receipt::receipt))
        .route("/receipt/{id}/{name}", get(receipt::beside))
        .merge(platform)
        .layer(from_fn(move |request: Request, next: Next| {
            within(limit, request, next)
        }));
    Router::new()
        .route("/upload", post(upload::upload))
        .route("/snapshot", post(download::snapshot))
        .merge(streamed)
        .merge(bounded)
        .method_not_allowed_fallback(wrong_method)
        .fallback(not_found)
        .layer(from_fn(note_route))
        .with_state(Arc::clone(shared))
}

async fn site(State(shared): State<Arc<Shared>>, manner: Manner, request: Request) -> Response {
    let found = shared.site.answer(request.uri().path(), request.headers());
    found.unwrap_or_else(|| Refusal::of(Why::NotFound).answer(manner))
}

/// Relative, since a proxy may have put the daemon below a path of its own.
async fn console() -> Response {
    Redirect::permanent("console/").into_response()
}

async fn not_found(manner: Manner) -> Response {
    Refusal::of(Why::NotFound).answer(manner)
}

async fn wrong_method(manner: Manner) -> Response {
    Refusal::of(Why::WrongMethod).answer(manner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use axum::body::Body;
    use hyper::StatusCode;
    use tower::ServiceExt as _;

    #[tokio::test]
    async fn what_no_route_knows_is_not_there() {
        let folder = tempfile::tempdir().unwrap();
        let shared = Arc::new(Shared::new(
            folder.path(),
            &Config::default(),
            None,
            Arc::default(),
        ));
        for (method, path, status) in [
            ("GET", "/healthz", 200),
            ("GET", "/api/v3.0/openapi.json", 200),
            ("GET", "/api/v3.0", 200),
            ("GET", "/api/v3.0/", 200),
            ("GET", "/api/v3.0/docs", 200),
            ("GET", "/api/v3.0/docs.js", 200),
            ("GET", "/api/v3.0/docs.css", 200),
            ("GET", "/api/v3.0/orders", 401),
            ("GET", "/api/v3.0/nothing", 404),
            ("PUT", "/api/v3.0/nothing/at/all", 404),
            ("DELETE", "/healthz", 405),
            ("GET", "/console", 308),
            ("GET", "/console/", 200),
            ("GET", "/console/api/v1/overview", 401),
            ("GET", "/console/api/v1/nothing", 404),
            ("POST", "/console/api/v1/files/000001/release", 401),
            ("GET", "/console/api/v1/files/000001/release", 405),
            ("GET", "/nothing", 404),
        ] {
            let request = Request::builder().method(method).uri(path);
            let request = request.body(Body::empty()).unwrap();
            let mut request: Request = request;
            let client = super::super::answering::Client([127, 0, 0, 1].into());
            request.extensions_mut().insert(client);
            let answer = router(&shared).oneshot(request).await.unwrap();
            let expected = StatusCode::from_u16(status).unwrap();
            assert_eq!(answer.status(), expected, "{method} {path}");
        }
    }
}
