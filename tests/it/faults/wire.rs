//! A wire between the program and what it talks to: a test can cut it, freeze it or take it away, and read off it
//! which calls a node began, and when.

use std::collections::HashSet;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::Instant;

/// What is at the far end.
#[derive(Clone, Debug)]
pub enum Far {
    Tcp(SocketAddr),
    Unix(PathBuf),
}

/// A push to LINE as it was begun.
#[derive(Clone, Debug)]
pub struct Push {
    pub at: Instant,
    /// The channel's token, in small letters.
    pub token: String,
}

struct State {
    far: Far,
    next: AtomicU64,
    /// Connections with a lower number carry nothing.
    frozen: watch::Sender<u64>,
    /// Connections with a lower number are cut.
    cut: watch::Sender<u64>,
    pushes: Mutex<Vec<Push>>,
    /// So many commits will pass whose answers are lost.
    answers_to_lose: AtomicU64,
}

/// Statements that commit by themselves, besides the end of a transaction.
const COMMITTING: [&str; 2] = ["claim_batches(", "record_accepted("];

impl State {
    /// Whether one more answer is to be lost.
    fn takes_an_answer(&self) -> bool {
        let one_less = |left: u64| left.checked_sub(1);
        self.answers_to_lose.fetch_update(Ordering::SeqCst, Ordering::SeqCst, one_less).is_ok()
    }
}

/// No message to Postgres is longer.
const LONGEST: usize = 16 * 1024 * 1024;

/// A wire; it goes when dropped.
pub struct Wire {
    address: SocketAddr,
    state: Arc<State>,
    taker: Option<JoinHandle<()>>,
}

impl Wire {
    pub async fn to(far: Far) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let state = Arc::new(State {
            far,
            next: AtomicU64::new(1),
            frozen: watch::Sender::new(0),
            cut: watch::Sender::new(0),
            pushes: Mutex::default(),
            answers_to_lose: AtomicU64::new(0),
        });
        let taker = Some(tokio::spawn(take(listener, Arc::clone(&state))));
        Self { address, state, taker }
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    fn next(&self) -> u64 {
        self.state.next.load(Ordering::SeqCst)
    }

    /// Resets every connection; new ones pass.
    pub fn cut(&self) {
        self.state.cut.send_replace(self.next());
    }

    /// Nothing passes any more, though all connections stay.
    pub fn freeze(&self) {
        self.state.frozen.send_replace(u64::MAX);
    }

    /// What is connected carries nothing, for ever; new connections pass.
    pub fn cut_without_reset(&self) {
        self.state.frozen.send_replace(self.next());
    }

    /// Everything passes again, and what was held up goes on.
    pub fn unfreeze(&self) {
        self.state.frozen.send_replace(0);
    }

    /// The next `n` commits reach the far end; instead of its answers their connections are cut.
    pub fn lose_commits(&self, n: u64) {
        self.state.answers_to_lose.fetch_add(n, Ordering::SeqCst);
    }

    /// Whether all answers that were to be lost are lost.
    pub fn has_lost_all(&self) -> bool {
        self.state.answers_to_lose.load(Ordering::SeqCst) == 0
    }

    /// Nobody listens any more.
    pub async fn go_away(&mut self) {
        if let Some(taker) = self.taker.take() {
            taker.abort();
            let _ = taker.await;
        }
        self.cut();
    }

    /// Listens again at the same address.
    pub async fn restart(&mut self) {
        let listener = TcpListener::bind(self.address).await.expect("the same port");
        self.taker = Some(tokio::spawn(take(listener, Arc::clone(&self.state))));
    }

    /// The pushes that were begun over it so far, oldest first.
    pub fn pushes(&self) -> Vec<Push> {
        self.state.pushes.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        if let Some(taker) = &self.taker {
            taker.abort();
        }
        self.cut();
    }
}

async fn take(listener: TcpListener, state: Arc<State>) {
    loop {
        if let Ok((near, _)) = listener.accept().await {
            let number = state.next.fetch_add(1, Ordering::SeqCst);
            tokio::spawn(join(near, number, Arc::clone(&state)));
        }
    }
}

/// Joins a connection to the far end, until one of the two or the test ends it.
async fn join(mut near: TcpStream, number: u64, state: Arc<State>) {
    let _ = near.set_nodelay(true);
    match &state.far {
        Far::Tcp(address) => {
            if let Ok(mut far) = TcpStream::connect(address).await {
                let _ = far.set_nodelay(true);
                let (read, write) = far.split();
                carry_both(&mut near, read, write, number, &state).await;
            }
        }
        Far::Unix(path) => {
            if let Ok(mut far) = UnixStream::connect(path).await {
                let (read, write) = far.split();
                carry_both(&mut near, read, write, number, &state).await;
            }
        }
    }
    let _ = near.set_zero_linger();
}

async fn carry_both(
    near: &mut TcpStream,
    read: impl AsyncRead + Unpin,
    write: impl AsyncWrite + Unpin,
    number: u64,
    state: &State,
) {
    let (near_read, near_write) = near.split();
    let mut cut = state.cut.subscribe();
    let answer_is_lost = AtomicBool::new(false);
    tokio::select! {
        _ = cut.wait_for(|before| number < *before) => {}
        () = carry(near_read, write, number, state, Some(Tap::default()), &answer_is_lost) => {}
        () = carry(read, near_write, number, state, None, &answer_is_lost) => {}
    }
}

async fn carry(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    number: u64,
    state: &State,
    mut tap: Option<Tap>,
    answer_is_lost: &AtomicBool,
) {
    let mut frozen = state.frozen.subscribe();
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let Ok(n @ 1..) = from.read(&mut buffer).await else { return };
        let at = Instant::now();
        if frozen.wait_for(|before| number >= *before).await.is_err() {
            return;
        }
        if tap.is_none() && answer_is_lost.load(Ordering::SeqCst) {
            return;
        }
        if let Some(tap) = &mut tap {
            if tap.statements.commits(&buffer[..n]) && state.takes_an_answer() {
                answer_is_lost.store(true, Ordering::SeqCst);
            }
            let begun = tap.read(&buffer[..n], at);
            state.pushes.lock().unwrap_or_else(PoisonError::into_inner).extend(begun);
        }
        if to.write_all(&buffer[..n]).await.is_err() {
            return;
        }
    }
}

/// Reads requests off what passes by.
#[derive(Default)]
struct Tap {
    unread: Vec<u8>,
    body: usize,
    statements: Statements,
}

/// Reads off what passes to Postgres when something is committed.
#[derive(Default)]
struct Statements {
    unread: Vec<u8>,
    /// The first messages of a connection have no kind.
    started: bool,
    /// Names of prepared statements that commit by themselves.
    committing: HashSet<Vec<u8>>,
}

impl Statements {
    /// A question for TLS, which comes before the first message of all.
    const TLS: [u8; 4] = 80_877_103_u32.to_be_bytes();

    fn commits(&mut self, bytes: &[u8]) -> bool {
        self.unread.extend_from_slice(bytes);
        let mut commits = false;
        loop {
            let kinds = usize::from(self.started);
            let Some(length) = self.unread.get(kinds..kinds + 4) else { return commits };
            let length = u32::from_be_bytes(length.try_into().expect("four bytes")) as usize + kinds;
            if length > LONGEST {
                // not Postgres at all
                self.unread.clear();
                return commits;
            }
            if self.unread.len() < length {
                return commits;
            }
            let message: Vec<u8> = self.unread.drain(..length).collect();
            let body = &message[kinds + 4..];
            if self.started {
                commits |= self.read(message[0], body);
            } else {
                self.started = body.get(..4) != Some(&Self::TLS);
            }
        }
    }

    /// Whether a message commits something.
    fn read(&mut self, kind: u8, body: &[u8]) -> bool {
        let mut texts = body.split(|byte| *byte == 0);
        let mut text = || texts.next().unwrap_or_default();
        match kind {
            b'Q' => text() == b"commit",
            b'P' => {
                let (name, query) = (text().to_vec(), String::from_utf8_lossy(text()).into_owned());
                if COMMITTING.iter().any(|part| query.contains(part)) {
                    self.committing.insert(name);
                }
                false
            }
            b'B' => {
                text();
                self.committing.contains(text())
            }
            _ => false,
        }
    }
}

impl Tap {
    fn read(&mut self, bytes: &[u8], at: Instant) -> Vec<Push> {
        self.unread.extend_from_slice(bytes);
        let mut begun = Vec::new();
        loop {
            let skipped = self.body.min(self.unread.len());
            self.unread.drain(..skipped);
            self.body -= skipped;
            let Some(end) = self.unread.windows(4).position(|four| four == b"\r\n\r\n") else { return begun };
            let head = String::from_utf8_lossy(&self.unread[..end]).to_lowercase();
            self.unread.drain(..end + 4);
            let field = |name: &str| {
                let value = head.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
                value.trim_start_matches(':').trim().to_owned()
            };
            self.body = field("content-length").parse().unwrap_or(0);
            if head.starts_with("post /v2/bot/message/push ") {
                let token = field("authorization").trim_start_matches("bearer ").to_owned();
                begun.push(Push { at, token });
            }
        }
    }
}
