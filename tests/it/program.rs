//! The program itself, as a process: what a test needs to start it, talk to it and kill it.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use reqwest::{Method, Response};
use serde_json::Value;
use tempfile::TempDir;

use crate::stage::{SECRET, TOKEN, fresh_database};

/// A database, a key file and LINE's address: what every run of the program shares.
pub struct Program {
    pub database_url: String,
    line: String,
    folder: TempDir,
}

impl Program {
    /// Over a fresh database, sending to `line`.
    pub async fn new(line: &str) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let program = Self {
            database_url: fresh_database().await,
            line: line.to_owned(),
            folder: tempfile::tempdir().expect("a folder"),
        };
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

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_gcc-relay"));
        command
            .args(arguments)
            .env("DATABASE_URL", &self.database_url)
            .env("GCC_RELAY__LINE__API_BASE", &self.line)
            .env("GCC_RELAY__LINE__CONNECT_TIMEOUT", "500ms")
            .env("GCC_RELAY__LINE__REQUEST_TIMEOUT", "1s")
            .env("GCC_RELAY__RELAY__SHUTDOWN_GRACE", "3s")
            .env("GCC_RELAY__RELAY__RETRY_SCHEDULE", r#"["100ms","200ms","1s","2s","5s"]"#)
            .env("GCC_RELAY__SECRETS__KEY_FILE", self.folder.path().join("secret.key"))
            .env("GCC_RELAY__LOG__FILTER", "warn");
        command
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

    /// Adds the channel `gcc`, imports the tree and makes an admin's key.
    pub fn set_up(&self, tree: &str) -> String {
        let secret = self.write("secret", SECRET);
        let token = self.write("token", TOKEN);
        self.done(&["channel", "add", "gcc", "--name", "GCC", "--secret-file", &secret, "--token-file", &token]);
        let tree = self.write("tree.csv", tree);
        self.done(&["tree", "import", &tree]);
        self.done(&["key", "create", "--name", "test", "--role", "admin"])
    }

    /// Starts a node on a free port and waits until it is ready.
    pub async fn serve(&self) -> Server {
        let port = std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address").port();
        let child = self
            .command(&["serve"])
            .env("GCC_RELAY__SERVER__LISTEN", format!("127.0.0.1:{port}"))
            .stdout(Stdio::null())
            .spawn()
            .expect("a node");
        let server = Server { child, url: format!("http://127.0.0.1:{port}") };
        for _ in 0..600 {
            if reqwest::get(format!("{}/readyz", server.url)).await.is_ok_and(|answer| answer.status() == 200) {
                return server;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the node did not become ready");
    }
}

/// A running node; killed when dropped.
pub struct Server {
    child: Child,
    pub url: String,
}

impl Server {
    /// Ends it without a word, as a power cut would.
    pub fn kill(mut self) {
        self.child.kill().expect("killed");
        self.child.wait().expect("gone");
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
    }
}
