//! What a case is measured in: a Postgres that syncs, a stub of LINE, a tree of groups, and nodes of the real program.

use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use gcc_relay::domain::national::find_province;
use gcc_relay::domain::sealed::SealingKey;
use gcc_relay::embedded::{Embedded, EmbeddedConfig};
use gcc_relay::store::{self, Db, Hosts, Pooling};
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

use crate::ceiling::Took;
use crate::meter;
use crate::stub::{Counts, StubBehaviour};

/// The relay's program, built by cargo as the benchmark was.
const PROGRAM: &str = env!("CARGO_BIN_EXE_gcc-relay");
/// No pace that is ever reached.
pub const UNLIMITED: i32 = 1_000_000;
/// The secret of every channel.
pub const SECRET: &str = "0123456789abcdef0123456789abcdef";
/// The key that seals it.
const KEY_FILE: &str = "secret.key";

/// Planting millions of rows takes minutes.
const POOLING: Pooling = Pooling {
    name: "bench",
    max_connections: 4,
    patience: Duration::from_secs(10),
    statement: Duration::from_hours(1),
};

/// A database, a stub and a folder of their own.
pub struct BenchCluster {
    /// Connections to look with; not counted as the relay's.
    pub db: Db,
    /// For calls to the API and the stub.
    pub http: reqwest::Client,
    url: String,
    stub: Child,
    line: String,
    cluster: Embedded,
    postmaster: u32,
    folder: TempDir,
}

/// One node of the relay.
pub struct Node {
    child: Child,
    /// Where it answers.
    pub url: String,
    /// The admin's key.
    pub key: String,
}

/// What a fan-out took.
#[derive(Clone, Copy, Debug)]
pub struct Run {
    /// Deliveries settled.
    pub deliveries: u64,
    /// From before the publish call until the last receipt was committed.
    pub seconds: f64,
    /// Of the nodes and Postgres, in seconds.
    pub processor: f64,
    /// Of Postgres alone.
    pub postgres: f64,
    /// What the stub counted meanwhile.
    pub counts: Counts,
    /// Bytes of WAL.
    pub wal: f64,
    /// Row versions of deliveries, and the part of the updates that was HOT.
    pub versions: f64,
    /// Of the updates.
    pub hot: f64,
}

impl Run {
    /// Deliveries a second.
    pub fn rate(&self) -> f64 {
        as_f64(self.deliveries) / self.seconds
    }

    /// Processor seconds per 1,000 deliveries.
    pub fn processor_per_thousand(&self) -> f64 {
        self.processor * 1000.0 / as_f64(self.deliveries)
    }

    /// The same of Postgres alone.
    pub fn postgres_per_thousand(&self) -> f64 {
        self.postgres * 1000.0 / as_f64(self.deliveries)
    }
}

/// A count as a number to divide by.
#[expect(clippy::cast_precision_loss, reason = "counts of things are far below 2^52")]
pub fn as_f64(count: u64) -> f64 {
    count as f64
}

impl BenchCluster {
    /// A fresh database with all migrations, and a stub that answers at once.
    pub async fn build() -> Result<Self> {
        Self::build_with(&[]).await
    }

    /// The same, with these settings of Postgres besides.
    pub async fn build_with(more: &[(&str, &str)]) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("gcc-relay-bench.").tempdir()?;
        // where this runs as root, Postgres runs as somebody else, who must be able to pass
        std::fs::set_permissions(folder.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755))?;
        let settings = [
            ("fsync", "on"),
            ("synchronous_commit", "on"),
            ("shared_buffers", "1GB"),
            ("max_wal_size", "8GB"),
            ("max_connections", "100"),
        ];
        let config = EmbeddedConfig {
            data_dir: folder.path().join("postgres"),
            database: "gcc_relay".to_owned(),
            settings: settings.iter().chain(more).map(|&(name, value)| (name.to_owned(), value.to_owned())).collect(),
        };
        let cluster = Embedded::start(&config).await?;
        let url = cluster.url();
        let db = Db::new(Arc::new(Hosts::parse(&url)?), POOLING);
        store::migrate(&db).await?;
        let key = folder.path().join(KEY_FILE);
        std::fs::write(&key, SealingKey::generate()?.to_file().expose_secret())?;
        std::fs::set_permissions(&key, std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
        let pid_file = std::fs::read_to_string(find_pid_file(&config.data_dir)?)?;
        let postmaster = pid_file.lines().next().context("a pid")?.parse()?;
        let mut stub =
            Command::new(std::env::current_exe()?).arg("stub").stdout(Stdio::piped()).kill_on_drop(true).spawn()?;
        let said = BufReader::new(stub.stdout.take().context("the stub's output")?).lines().next_line().await?;
        let line = said.context("the stub's address")?;
        Ok(Self { db, http: reqwest::Client::new(), url, stub, line, cluster, postmaster, folder })
    }

    /// Ends everything and removes it.
    pub async fn shut_down(mut self) -> Result<()> {
        self.stub.kill().await?;
        self.db.close();
        self.cluster.stop().await?;
        self.folder.close()?;
        Ok(())
    }

    /// A channel that the stub knows.
    pub async fn add_channel(&self, code: &str, rate: i32) -> Result<()> {
        let (secret, token) = (self.folder.path().join("secret"), self.folder.path().join(format!("{code}.token")));
        std::fs::write(&secret, SECRET)?;
        std::fs::write(&token, format!("token-of-{code}"))?;
        self.command(
            &["channel", "add", code, "--name", code, "--secret-file"],
            &[&secret],
            &["--token-file"],
            &[&token],
        )
        .await?;
        sqlx::query("update channels set rate_per_second = $2 where code = $1")
            .bind(code)
            .bind(rate)
            .execute(&self.db)
            .await?;
        Ok(())
    }

    async fn command(&self, first: &[&str], a: &[&PathBuf], second: &[&str], b: &[&PathBuf]) -> Result<String> {
        let done = self.program().args(first).args(a).args(second).args(b).output().await?;
        ensure!(done.status.success(), "{first:?}: {}", String::from_utf8_lossy(&done.stderr));
        Ok(String::from_utf8(done.stdout)?.trim().to_owned())
    }

    /// A tree of one root, `heads` groups under it and `below` under each, all automatic and linked, by turns on the
    /// channels there are.
    pub async fn insert_tree(&self, heads: i32, below: i32) -> Result<()> {
        let provinces: Vec<String> =
            (10..97).map(|code| code.to_string()).filter(|code| find_province(code).is_some()).collect();
        let provinces = provinces.join(",");
        sqlx::raw_sql(sqlx::AssertSqlSafe(format!(
            "insert into offices (id, code, name, name_form, kind, province, created_at, updated_at)
                select n, 'o' || n, 'สำนักงาน ' || n, 'สำนักงาน' || n, 'provincial_agency', (array[{provinces}])[1 + n % 77]::text, now(), now()
                from generate_series(0, 1 + {heads}) n;
            insert into groups (id, code, parent_id, tier, name, name_form, office_id, path, channel_id, line_group_id, linked_at,
                members, forwarding, created_at, updated_at)
            select id, 'g' || id, parent, tier, 'กลุ่ม ' || id, 'กลุ่ม' || id, office,
                case tier when 1 then array[1] when 2 then array[1, id] else array[1, parent, id] end,
                (array(select c.id from channels c order by c.id))[1 + t.id % (select count(*) from channels)],
                'C' || lpad(to_hex(id), 32, '0'), now(), 20 + id % 80, 'automatic', now(), now()
            from (
                select 1 as id, null::int as parent, 1 as tier, 0 as office
                union all select 1 + n, 1, 2, n from generate_series(1, {heads}) n
                union all select 1 + {heads} + (h - 1) * {below} + n, 1 + h, 3, h
                    from generate_series(1, {heads}) h, generate_series(1, {below}) n
            ) as t;
            analyze;"
        )))
        .execute(&self.db)
        .await?;
        Ok(())
    }

    /// LINE's id of a group, by its number.
    pub fn line_group(id: u64) -> String {
        format!("C{id:032x}")
    }

    fn program(&self) -> Command {
        let mut command = Command::new(PROGRAM);
        command
            .current_dir(self.folder.path())
            .env_remove("DATABASE_URL")
            .env("GCC_RELAY__DATABASE__URL", &self.url)
            .env("GCC_RELAY__SECRETS__KEY_FILE", self.folder.path().join(KEY_FILE))
            .env("GCC_RELAY__LINE__API_BASE", &self.line)
            .env("GCC_RELAY__LINE__DATA_BASE", &self.line)
            .env("GCC_RELAY__LOG__FILTER", "warn")
            .kill_on_drop(true);
        command
    }

    /// The address of the database.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Starts a node and waits until it is ready.
    pub async fn open(&self) -> Result<Node> {
        self.open_over(&self.url).await
    }

    /// Starts a node that reaches the database at another address.
    pub async fn open_over(&self, database: &str) -> Result<Node> {
        let port = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let url = format!("http://127.0.0.1:{port}");
        let mut child = self
            .program()
            .arg("serve")
            .env("GCC_RELAY__DATABASE__URL", database)
            .env("GCC_RELAY__SERVER__LISTEN", format!("127.0.0.1:{port}"))
            .env("GCC_RELAY__SERVER__PUBLIC_URL", &url)
            .spawn()?;
        let end = Instant::now() + Duration::from_secs(30);
        while !self.http.get(format!("{url}/readyz")).send().await.is_ok_and(|answer| answer.status().is_success()) {
            if let Some(status) = child.try_wait()? {
                bail!("the node ended with {status}");
            }
            ensure!(Instant::now() < end, "the node is not ready");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let name = format!("bench-{port}");
        let key = self.command(&["key", "create", "--role", "admin", "--name", &name], &[], &[], &[]).await?;
        Ok(Node { child, url, key })
    }

    /// Tells the stub how to behave, and to forget what it counted.
    pub async fn set_behaviour(&self, behaviour: StubBehaviour) -> Result<()> {
        self.http.post(format!("{}/control", self.line)).json(&behaviour).send().await?.error_for_status()?;
        Ok(())
    }

    /// What the stub counted.
    pub async fn counts(&self) -> Result<Counts> {
        Ok(self.http.get(format!("{}/control", self.line)).send().await?.json().await?)
    }

    /// Publishes a bulletin and waits until the last of its receipts is committed.
    pub async fn fan_out(&self, nodes: &[&Node], behaviour: StubBehaviour, draft: Value) -> Result<(String, Run)> {
        let node = nodes.first().context("a node")?;
        let id = node.draft(&self.http, draft).await?;
        let run = self.measure(nodes, behaviour, async {
            node.publish(&self.http, &id).await?;
            Ok(id.clone())
        });
        Ok((id.clone(), run.await?))
    }

    /// Withdraws a bulletin and waits until the last receipt of its notice is committed.
    pub async fn withdraw(&self, nodes: &[&Node], behaviour: StubBehaviour, id: &str) -> Result<Run> {
        let node = nodes.first().context("a node")?;
        self.measure(nodes, behaviour, node.withdraw(&self.http, id)).await
    }

    /// What an act takes that begins a bulletin, until that is settled.
    async fn measure(
        &self,
        nodes: &[&Node],
        behaviour: StubBehaviour,
        act: impl Future<Output = Result<String>>,
    ) -> Result<Run> {
        self.set_behaviour(behaviour).await?;
        let wal = meter::wal_bytes(&self.db).await?;
        let (ins, upd, hot) = meter::row_versions(&self.db).await?;
        let postgres = meter::postgres_time(self.postmaster)?;
        let own = processor_time(nodes)?;
        let began = Instant::now();
        let id = act.await?;
        self.settled(&id).await?;
        let seconds = began.elapsed().as_secs_f64();
        let own = processor_time(nodes)? - own;
        let postgres = meter::postgres_time(self.postmaster)? - postgres;
        let wal = meter::wal_bytes(&self.db).await? - wal;
        // the backends of the nodes tell their counts at most once a second
        tokio::time::sleep(Duration::from_millis(1_100)).await;
        let (ins2, upd2, hot2) = meter::row_versions(&self.db).await?;
        let deliveries: i64 = sqlx::query_scalar(
            "select sum(accepted)::bigint from progress where bulletin_no = (select no from bulletins where id = $1::uuid) having sum(accepted) = sum(groups)",
        )
        .bind(&id)
        .fetch_one(&self.db)
        .await
        .context("every delivery is accepted")?;
        let deliveries = u64::try_from(deliveries)?;
        let counts = self.counts().await?;
        ensure!(counts.accepted == deliveries && counts.duplicates == 0, "{deliveries} recorded, but {counts:?}");
        let updates = as_f64(u64::try_from(upd2 - upd)?);
        Ok(Run {
            deliveries,
            seconds,
            processor: own + postgres,
            postgres,
            counts,
            wal,
            versions: as_f64(u64::try_from(ins2 - ins)?) + updates,
            hot: as_f64(u64::try_from(hot2 - hot)?) / updates.max(1.0),
        })
    }

    /// Waits until nothing of the bulletin is open.
    pub async fn settled(&self, id: &str) -> Result<()> {
        let end = Instant::now() + Duration::from_mins(15);
        loop {
            let open: Option<i64> = sqlx::query_scalar(
                "select sum(waiting + held + ready)::bigint from progress where bulletin_no = (select no from bulletins where id = $1::uuid)",
            )
            .bind(id)
            .fetch_one(&self.db)
            .await?;
            if open == Some(0) {
                return Ok(());
            }
            ensure!(Instant::now() < end, "{open:?} deliveries are still open");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// The ceiling, with the message and the groups of a bulletin that was sent before.
    pub async fn ceiling(&self, behaviour: StubBehaviour, bulletin: &str) -> Result<Run> {
        self.set_behaviour(behaviour).await?;
        let wal = meter::wal_bytes(&self.db).await?;
        let postgres = meter::postgres_time(self.postmaster)?;
        let done = Command::new(std::env::current_exe()?)
            .args(["ceiling", &self.url, &self.line, bulletin])
            .stderr(Stdio::inherit())
            .output()
            .await?;
        ensure!(done.status.success(), "the ceiling failed");
        let took: Took = serde_json::from_slice(&done.stdout)?;
        let postgres = meter::postgres_time(self.postmaster)? - postgres;
        let counts = self.counts().await?;
        ensure!(counts.accepted == took.copies, "{} recorded, but {counts:?}", took.copies);
        Ok(Run {
            deliveries: took.copies,
            seconds: took.seconds,
            processor: took.processor + postgres,
            postgres,
            counts,
            wal: meter::wal_bytes(&self.db).await? - wal,
            versions: as_f64(took.copies * 2),
            hot: 1.0,
        })
    }
}

fn processor_time(nodes: &[&Node]) -> Result<f64> {
    nodes.iter().map(|node| meter::processor_time(node.pid()?)).sum()
}

impl Node {
    /// Its process.
    pub fn pid(&self) -> Result<u32> {
        self.child.id().context("the node has ended")
    }

    /// Ends it in order.
    pub async fn close(mut self) -> Result<()> {
        nix::sys::signal::kill(nix::unistd::Pid::from_raw(i32::try_from(self.pid()?)?), nix::sys::signal::SIGTERM)?;
        self.child.wait().await?;
        Ok(())
    }

    /// Stores a draft; gives its id.
    pub async fn draft(&self, http: &reqwest::Client, more: Value) -> Result<String> {
        let mut draft = json!({
            "subject": "การเตรียมความพร้อมรับสถานการณ์ฝนตกหนักและน้ำท่วมฉับพลัน",
            "body": "ขอให้ทุกจังหวัดตรวจสอบความพร้อมของเครื่องมือและเครื่องจักรกล และแจ้งเตือนประชาชนในพื้นที่เสี่ยงภัยให้ทราบล่วงหน้า ".repeat(6),
            "document_number": "มท ๐๖๐๓/ว ๗๘๔๒", "document_date": "๒๑ พฤศจิกายน ๒๕๖๙",
            "forwarding": "automatic",
        });
        if let (Some(draft), Value::Object(more)) = (draft.as_object_mut(), more) {
            draft.extend(more);
        }
        let answer: Value = self.post(http, "/bulletins", &draft).await?;
        Ok(answer["id"].as_str().context("an id")?.to_owned())
    }

    /// Publishes it.
    pub async fn publish(&self, http: &reqwest::Client, id: &str) -> Result<()> {
        self.post(http, &format!("/bulletins/{id}/publish"), &json!({})).await.map(|_| ())
    }

    /// Takes it back; gives the id of the notice.
    async fn withdraw(&self, http: &reqwest::Client, id: &str) -> Result<String> {
        let because = json!({ "reason": "ข้อมูลเปลี่ยนแปลง" });
        let answer = self.post(http, &format!("/bulletins/{id}/withdraw"), &because).await?;
        Ok(answer["notice"].as_str().context("a notice")?.to_owned())
    }

    async fn post(&self, http: &reqwest::Client, path: &str, body: &Value) -> Result<Value> {
        let answer = http.post(format!("{}/api/v1{path}", self.url)).bearer_auth(&self.key).json(body).send().await?;
        let (status, text) = (answer.status(), answer.text().await?);
        ensure!(status.is_success(), "{path}: {status} {text}");
        Ok(serde_json::from_str(&text)?)
    }
}

fn find_pid_file(data_dir: &std::path::Path) -> Result<PathBuf> {
    [data_dir.join("postmaster.pid"), data_dir.join("data/postmaster.pid")]
        .into_iter()
        .find(|path| path.exists())
        .context("Postgres' pid file")
}
