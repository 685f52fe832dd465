//! Starting and stopping a simulator, and the loop that takes connections.
//!
//! The loop is our own rather than axum's because a fault may have to drop a connection in place of
//! an answer, which no handler can do.

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tower::ServiceExt;

use super::api::{self, HangUp};
use super::config::SimulatorConfig;
use super::control::Control;
use super::forward_plan::{ForwardPlan, read_plan};
use super::platform::Platform;
use super::{SimulatorError, control_api, page, simulated_forwards, simulated_members};

/// A simulator that is not running yet.
pub struct Simulator;

/// A simulator that takes calls; it stops when dropped.
pub struct RunningSimulator {
    addr: SocketAddr,
    control: Control,
}

impl Simulator {
    /// Builds a simulator and starts to take calls.
    ///
    /// # Errors
    /// The tree file or the journal cannot be read, or the address is taken.
    pub async fn start(config: SimulatorConfig) -> Result<RunningSimulator, SimulatorError> {
        let (listen, crowd) = (config.listen, config.lively.then_some(config.seed));
        let plan = match &config.tree_file {
            Some(path) if config.lively => {
                read_plan(path).map_err(|source| SimulatorError::Tree { path: path.clone(), source })?
            }
            _ => ForwardPlan::new(),
        };
        let platform = Arc::new(Platform::build(config)?);
        let bind = |source| SimulatorError::Listen { addr: listen, source };
        let listener = TcpListener::bind(listen).await.map_err(bind)?;
        let addr = listener.local_addr().map_err(bind)?;
        let control = Control { platform };
        let router = api::routes().merge(control_api::routes()).merge(page::routes()).with_state(control.clone());
        let taker = Arc::clone(&control.platform);
        control.platform.spawn(async move { take_connections(&taker, &listener, &router).await });
        if let Some(seed) = crowd {
            control.platform.spawn(simulated_members::acknowledge(control.clone(), seed));
            control.platform.spawn(simulated_forwards::forward(control.clone(), plan, seed));
        }
        tracing::info!(simulator.addr = %addr, "the LINE simulator takes calls");
        Ok(RunningSimulator { addr, control })
    }
}

impl RunningSimulator {
    /// Where it listens.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Its base address: what `line.api_base` is set to.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.addr)
    }

    /// The control side.
    #[must_use]
    pub fn control(&self) -> &Control {
        &self.control
    }

    /// Stops it: when this returns, all connections are closed and the journal is free.
    pub async fn stop(self) {
        self.control.platform.stop().await;
    }
}

impl Drop for RunningSimulator {
    fn drop(&mut self) {
        self.control.platform.stopped.cancel();
    }
}

/// Runs a simulator until `shutdown` comes.
///
/// # Errors
/// It cannot be started, as with [`Simulator::start`].
pub async fn run(config: SimulatorConfig, shutdown: impl Future<Output = ()>) -> Result<(), SimulatorError> {
    let running = Simulator::start(config).await?;
    shutdown.await;
    running.stop().await;
    Ok(())
}

async fn take_connections(platform: &Platform, listener: &TcpListener, router: &Router) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => platform.spawn(serve_connection(stream, router.clone())),
            Err(error) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "a connection could not be taken");
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            }
        }
    }
}

async fn serve_connection(stream: TcpStream, router: Router) {
    // a reset must not leave a well-behaved goodbye, and small answers must not wait for more
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request| call(router.clone(), request));
    let mut connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service).with_upgrades();
    if let Err(error) = (&mut connection).await
        && error.is_user()
        && let Some(parts) = connection.into_parts()
    {
        let _ = parts.io.into_inner().set_zero_linger();
    }
}

async fn call(router: Router, request: Request<Incoming>) -> Result<Response<Body>, io::Error> {
    let response = router.oneshot(request.map(Body::new)).await.unwrap_or_else(|never: Infallible| match never {});
    match response.extensions().get::<HangUp>() {
        Some(HangUp) => Err(io::Error::from(io::ErrorKind::ConnectionReset)),
        None => Ok(response),
    }
}
