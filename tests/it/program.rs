//! The program itself, as a process: what a test needs to start it, talk to it and kill it.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use reqwest::{Method, Response};
use serde_json::Value;
use tempfile::TempDir;

use crate::faults::test_cluster::token;
use crate::test_relay::SECRET;

/// A key file, settings and a folder: what every run of the program shares.
pub struct Program {
    folder: TempDir,
    settings: Vec<(String, String)>,
    nodes: AtomicU32,
}

impl Program {
    /// Over a migrated database, sending to `line`.
    pub fn over(database_url: &str, line: &str) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let folder = tempfile::tempdir().expect("a folder");
        let mut program = Self { folder, settings: Vec::new(), nodes: AtomicU32::new(0) };
        for (name, value) in [
            ("DATABASE_URL", database_url),
            ("GCC_RELAY__LINE__API_BASE", line),
            ("GCC_RELAY__LINE__CONNECT_TIMEOUT", "500ms"),
            ("GCC_RELAY__LINE__REQUEST_TIMEOUT", "1s"),
            ("GCC_RELAY__RELAY__SHUTDOWN_GRACE", "3s"),
            ("GCC_RELAY__LOG__FILTER", "warn"),
        ] {
            program.set(name, value);
        }
        let key = gcc_relay::domain::sealed::SealingKey::generate().expect("a key").to_file();
        program.write("secret.key", secrecy::ExposeSecret::expose_secret(&key));
        program
    }

    /// Writes a file; gives its path.
    pub fn write(&self, name: &str, text: &str) -> String {
        let path = self.folder.path().join(name);
        std::fs::write(&path, text).expect("a file");
        std::fs::set_permissions(&path, Permissions::from_mode(0o600)).expect("a private file");
        path.to_str().expect("a path").to_owned()
    }

    /// The path of a file of the folder.
    pub fn file(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_gcc-relay"));
        command
            .args(arguments)
            .envs(self.settings.iter().map(|(name, value)| (name, value)))
            .env("GCC_RELAY__SECRETS__KEY_FILE", self.folder.path().join("secret.key"))
            .env("GCC_RELAY__FILES__STORE", self.folder.path().join("files"));
        command
    }

    /// Gives every later run a setting, by the name of its variable.
    pub fn set(&mut self, name: &str, value: &str) {
        self.settings.retain(|(known, _)| known != name);
        self.settings.push((name.to_owned(), value.to_owned()));
    }

    /// The database of every later run.
    pub fn database_url(&self) -> &str {
        self.settings.iter().find(|(name, _)| name == "DATABASE_URL").map(|(_, url)| url.as_str()).expect("a database")
    }

    /// Runs a command to its end; gives status, stdout and stderr.
    pub fn run(&self, arguments: &[&str]) -> (Option<i32>, String, String) {
        let output = self.command(arguments).output().expect("the program runs");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
        (output.status.code(), text(output.stdout), text(output.stderr))
    }

    /// Runs a command that must succeed; gives what it printed.
    pub fn done(&self, arguments: &[&str]) -> String {
        let (status, printed, complaints) = self.run(arguments);
        assert_eq!(status, Some(0), "{arguments:?}: {complaints}");
        printed.trim().to_owned()
    }

    /// Adds channels, imports the tree and makes an admin's key.
    pub fn set_up(&self, channels: &[String], rate: u32, tree: &str) -> String {
        let (secret, rate) = (self.write("secret", SECRET), rate.to_string());
        for code in channels {
            let token = self.write("token", &token(code));
            let files = ["--secret-file", &secret, "--token-file", &token];
            let add = [&["channel", "add", code, "--name", code, "--rate", &rate], &files[..]].concat();
            self.done(&add);
        }
        self.done(&["tree", "import", &self.write("tree.csv", tree)]);
        self.done(&["key", "create", "--name", "test", "--role", "admin"])
    }

    /// Starts a node on a free port and waits until it is ready.
    pub async fn serve(&self) -> Server {
        self.serve_with(&[]).await
    }

    /// Starts a node with settings of its own and waits until it is ready.
    pub async fn serve_with(&self, settings: &[(&str, &str)]) -> Server {
        let server = self.start(settings);
        for _ in 0..2_400 {
            if reqwest::get(format!("{}/readyz", server.url)).await.is_ok_and(|answer| answer.status() == 200) {
                return server;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("the node did not become ready");
    }

    /// Starts a node, which is not ready yet.
    pub fn start(&self, settings: &[(&str, &str)]) -> Server {
        let port = std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address").port();
        let log = self.write(&format!("node-{}.log", self.nodes.fetch_add(1, Ordering::Relaxed)), "");
        let child = self
            .command(&["serve"])
            .envs(settings.iter().copied())
            .env("GCC_RELAY__SERVER__LISTEN", format!("127.0.0.1:{port}"))
            .stdout(Stdio::null())
            .stderr(std::fs::File::create(&log).expect("a log"))
            .spawn()
            .expect("a node");
        Server { child, log, url: format!("http://127.0.0.1:{port}") }
    }
}

/// A running node; killed when dropped.
pub struct Server {
    child: Child,
    log: String,
    pub url: String,
}

impl Server {
    /// Ends it without a word, as a power cut would.
    pub fn kill(mut self) {
        self.child.kill().expect("killed");
        self.child.wait().expect("gone");
    }

    /// Sends it a signal.
    pub fn signal(&self, signal: Signal) {
        let pid = i32::try_from(self.child.id()).expect("a process id");
        kill(Pid::from_raw(pid), signal).expect("a signal");
    }

    /// Waits until it has ended by itself; nothing if it takes longer than `patience`.
    pub async fn ended(&mut self, patience: Duration) -> Option<ExitStatus> {
        let ended = async {
            loop {
                if let Some(status) = self.child.try_wait().expect("a status") {
                    return status;
                }
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(patience, ended).await.ok()
    }

    /// How many files and connections it has open.
    pub fn open_files(&self) -> usize {
        std::fs::read_dir(format!("/proc/{}/fd", self.child.id())).expect("a process of Linux").count()
    }

    /// What it has logged so far.
    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).expect("a log")
    }

    /// One of its numbers without labels, if it has been set.
    pub async fn metric(&self, name: &str) -> Option<f64> {
        let text = reqwest::get(format!("{}/metrics", self.url)).await.ok()?.text().await.ok()?;
        text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')?.parse().ok())
    }

    pub async fn call(&self, method: Method, path: &str, key: &str, body: Option<Value>) -> Response {
        let request = reqwest::Client::new().request(method, format!("{}{path}", self.url)).bearer_auth(key);
        let request = match body {
            Some(body) => request.json(&body),
            None => request,
        };
        request.send().await.expect("an answer")
    }

    pub async fn post(&self, path: &str, key: &str, body: Value) -> Value {
        self.call(Method::POST, path, key, Some(body)).await.json().await.expect("JSON")
    }

    /// Waits for a bulletin to settle, by long polls.
    pub async fn settled(&self, bulletin: &str, key: &str) -> Value {
        let path = format!("{}/api/v1/bulletins/{bulletin}/status?wait=5", self.url);
        let mut tag = String::new();
        for _ in 0..200 {
            let request = reqwest::Client::new().get(&path).bearer_auth(key).header("If-None-Match", &tag);
            let answer = request.send().await.expect("an answer");
            if answer.status() == 304 {
                continue;
            }
            tag = answer.headers()["etag"].to_str().expect("a tag").to_owned();
            let status: Value = answer.json().await.expect("JSON");
            if status["settled"] == true {
                return status;
            }
        }
        panic!("it did not settle");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            let log = self.log();
            let last: Vec<&str> = log.lines().rev().take(30).collect();
            println!("the last lines of {}:\n{}", self.log, last.into_iter().rev().collect::<Vec<_>>().join("\n"));
        }
    }
}
