//! A database that is further away: a proxy on loopback that lets every byte wait.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, UnixStream};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep_until};

/// The proxy; it ends when dropped.
pub struct Distance {
    /// Where the database answers, later.
    pub url: String,
    task: JoinHandle<()>,
}

impl Distance {
    /// In front of the database at `url`, which listens on a socket of this machine: an answer comes `round_trip` later.
    pub async fn of(url: &str, round_trip: Duration) -> Result<Self> {
        let address = url::Url::parse(url)?;
        let find = |name: &str| address.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
        let folder = find("host").context("a socket's folder")?;
        let port = find("port").or(address.port().map(|port| port.to_string())).unwrap_or_else(|| "5432".to_owned());
        let socket = Path::new(&folder).join(format!(".s.PGSQL.{port}"));
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let mut over = address.clone();
        over.set_query(None);
        over.set_host(Some("127.0.0.1"))?;
        over.set_port(Some(listener.local_addr()?.port())).ok().context("a port")?;
        let task = tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                let Ok(far) = UnixStream::connect(&socket).await else { continue };
                let _ = near.set_nodelay(true);
                let (near_read, near_write) = near.into_split();
                let (far_read, far_write) = far.into_split();
                tokio::spawn(carry(near_read, far_write, round_trip / 2));
                tokio::spawn(carry(far_read, near_write, round_trip / 2));
            }
        });
        Ok(Self { url: over.into(), task })
    }
}

impl Drop for Distance {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Carries bytes one way, each piece `delay` late; what follows close behind is not held up twice.
async fn carry(
    mut from: impl tokio::io::AsyncRead + Unpin,
    mut to: impl tokio::io::AsyncWrite + Unpin + Send + 'static,
    delay: Duration,
) {
    let (send, mut pieces) = mpsc::channel::<(Instant, Vec<u8>)>(1_024);
    tokio::spawn(async move {
        while let Some((at, piece)) = pieces.recv().await {
            sleep_until(at).await;
            if to.write_all(&piece).await.is_err() {
                break;
            }
        }
        let _ = to.shutdown().await;
    });
    let mut piece = vec![0; 65_536];
    while let Ok(read) = from.read(&mut piece).await {
        if read == 0 || send.send((Instant::now() + delay, piece[..read].to_vec())).await.is_err() {
            break;
        }
    }
}
