//! Serving on a port that is already taken, until told to stop.

use std::net::SocketAddr;

use axum::Router;
use tokio::net::TcpListener;

/// Answers requests on `listener` until `stop` comes; then no more connections are taken, and those under way are
/// answered. Whoever cannot wait for the last of them drops the future.
pub async fn serve(listener: TcpListener, router: Router, stop: impl Future<Output = ()> + Send + 'static) {
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    if let Err(error) = axum::serve(listener, service).with_graceful_shutdown(stop).await {
        tracing::error!(error = &error as &dyn std::error::Error, "the web has stopped");
    }
}
