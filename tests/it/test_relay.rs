//! The relay under test: a database of its own, a simulator over real HTTP, a clock moved by hand.
//!
//! One Postgres cluster serves the whole test binary; each test gets a database cloned from a migrated template.
//! Nothing sleeps: [`TestRelay::run`] lets the engine do all it can do at the clock's time.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use gcc_relay::config::Config;
use gcc_relay::domain::acknowledging::AcknowledgeWords;
use gcc_relay::domain::actor::Actor;
use gcc_relay::domain::bulletin::{Acknowledgement, Approval, Audience, ForwardingMode, Kind, Urgency};
use gcc_relay::domain::delivery::State;
use gcc_relay::domain::digest::DigestTimes;
use gcc_relay::domain::ids::{BatchId, BulletinId, ChannelId, GroupId};
use gcc_relay::domain::office_hours::OfficeHours;
use gcc_relay::domain::right::Right;
use gcc_relay::domain::sealed::{SealingKey, SealingKeys};
use gcc_relay::domain::time::{Clock, Timestamp};
use gcc_relay::domain::tree_file;
use gcc_relay::embedded::{Embedded, EmbeddedConfig};
use gcc_relay::line::client::{self, LineClient};
use gcc_relay::relay::engine::{Engine, sealed_as};
use gcc_relay::relay::publish::{Published, publish};
use gcc_relay::relay::settings::{BranchHealth, BulletinRules, EstablishmentRules, ReminderRules, Retention, Settings};
use gcc_relay::relay::{public_token, test_driver};
use gcc_relay::simulator::{
    ChannelConfig, Control, FaultRule, GroupConfig, RunningSimulator, Simulator, SimulatorConfig,
};
use gcc_relay::store::batches::{self, Claim, ClaimOutcome, Ready};
use gcc_relay::store::deliveries::{self, Delivery};
use gcc_relay::store::tree::LockedTree;
use gcc_relay::store::{self, Db, bulletins, channels, groups};
use sqlx::{Connection, Executor, PgConnection};
use tokio::sync::{OnceCell, Semaphore};

/// A root, two provinces of two agencies each, a ministry; stewarded where nothing else is said.
pub const SMALL_TREE: &str = "\
code,parent,tier,name,office,office_name,office_kind,province,channel,line_group_id,members,head_count,forwarding,forward_within,steward_title
gcc1,,1,GCC1,pmo,สำนักนายกรัฐมนตรี,national,,gcc,Cgcc1,340,340,automatic,,
lpn,gcc1,2,GCC2-จังหวัดลำพูน,lamphun,จังหวัดลำพูน,province,51,gcc,Clpn,60,60,stewarded,,ผู้ว่าราชการจังหวัดลำพูน
lpn-com,lpn,3,GCC3-ลพ-พาณิชย์,lamphun-commerce,สำนักงานพาณิชย์จังหวัดลำพูน,provincial_agency,51,gcc,Clpncom,20,25,stewarded,30,พาณิชย์จังหวัดลำพูน
lpn-dist,lpn,3,GCC3-ลพ-อำเภอเมืองลำพูน,lamphun-d1,อำเภอเมืองลำพูน,district,51,gcc,Clpndist,30,30,automatic,,นายอำเภอเมืองลำพูน
cmi,gcc1,2,GCC2-จังหวัดเชียงใหม่,chiangmai,จังหวัดเชียงใหม่,province,50,gcc,Ccmi,70,70,automatic,,ผู้ว่าราชการจังหวัดเชียงใหม่
cmi-com,cmi,3,GCC3-ชม-พาณิชย์,chiangmai-commerce,สำนักงานพาณิชย์จังหวัดเชียงใหม่,provincial_agency,50,gcc,Ccmicom,21,21,automatic,,พาณิชย์จังหวัดเชียงใหม่
cmi-far,cmi,3,GCC3-ชม-ยังไม่เชื่อม,chiangmai-far,อำเภออมก๋อย,district,50,gcc,,10,10,automatic,,นายอำเภออมก๋อย
moi,gcc1,2,GCC2-กระทรวงมหาดไทย,moi,กระทรวงมหาดไทย,ministry,,gcc,Cmoi,50,50,automatic,,ปลัดกระทรวงมหาดไทย
";

/// Who acts where it does not matter who.
#[must_use]
pub fn tester() -> Actor {
    Actor::user("tester")
}

/// The tester's right to everything.
pub fn right() -> Right {
    Right::whole(tester())
}

/// The account's token, as the simulator knows it.
pub const TOKEN: &str = "token-of-the-tests";
/// The channel's secret.
pub const SECRET: &str = "0123456789abcdef0123456789abcdef";

/// How long a test waits for a connection of its pool.
pub const PATIENCE: Duration = Duration::from_secs(5);

static CLUSTER: OnceCell<Embedded> = OnceCell::const_new();
static DATABASES: AtomicU32 = AtomicU32::new(0);
const TEMPLATE: &str = "gcc_relay_template";

/// The address of a fresh, migrated database.
pub async fn fresh_database() -> String {
    let cluster = CLUSTER
        .get_or_init(|| async {
            let data_dir = std::env::temp_dir().join("gcc-relay-it");
            // a standby that is not there is waited for only by a session that asks for it, to hold its commit open
            let settings = [("fsync", "off"), ("max_connections", "400")].map(|(k, v)| (k.to_owned(), v.to_owned()));
            let config = EmbeddedConfig { data_dir, database: "gcc_relay".into(), settings: settings.into() };
            let cluster = Embedded::start(&config).await.expect("a Postgres cluster");
            let mut admin = PgConnection::connect(&cluster.url()).await.expect("a connection");
            drop_left_databases(&mut admin).await;
            admin
                .execute(sqlx::AssertSqlSafe(format!("drop database if exists {TEMPLATE} with (force)")))
                .await
                .expect("no old template");
            admin.execute(sqlx::AssertSqlSafe(format!("create database {TEMPLATE}"))).await.expect("a template");
            let db = store::connect(&at_database(&cluster.url(), TEMPLATE), 1, PATIENCE).await.expect("the template");
            store::migrate(&db).await.expect("migrations");
            db.close();
            cluster
        })
        .await;
    let number = DATABASES.fetch_add(1, Ordering::Relaxed);
    let name = format!("it_{}_{number}", std::process::id());
    let mut admin = PgConnection::connect(&cluster.url()).await.expect("a connection");
    admin
        .execute(sqlx::AssertSqlSafe(format!("drop database if exists {name} with (force)")))
        .await
        .expect("no old database");
    // cloning the template is refused while another clone is being made
    for _ in 0..100 {
        if admin.execute(sqlx::AssertSqlSafe(format!("create database {name} template {TEMPLATE}"))).await.is_ok() {
            break;
        }
        tokio::task::yield_now().await;
    }
    at_database(&cluster.url(), &name)
}

/// Drops the databases of test runs that have ended: the cluster stays for the next run, and would grow with every one.
async fn drop_left_databases(admin: &mut PgConnection) {
    let left = "select datname::text from pg_database where datname ~ '^it_[0-9]+_[0-9]+$'";
    let left: Vec<String> = sqlx::query_scalar(left).fetch_all(&mut *admin).await.expect("the databases");
    let runs = |name: &String| {
        let process = name.split('_').nth(1).and_then(|process| process.parse().ok()).map(nix::unistd::Pid::from_raw);
        process.is_some_and(|process| nix::sys::signal::kill(process, None).is_ok())
    };
    for name in left.iter().filter(|name| !runs(name)) {
        let drop = format!("drop database if exists {name} with (force)");
        admin.execute(sqlx::AssertSqlSafe(drop)).await.expect("no old database");
    }
}

fn at_database(url: &str, name: &str) -> String {
    url.replacen("/gcc_relay?", &format!("/{name}?"), 1)
}

/// Everything a test of the relay needs.
pub struct TestRelay {
    pub clock: Clock,
    pub engine: Engine,
    pub channel: ChannelId,
    pub simulator: RunningSimulator,
}

impl TestRelay {
    /// The small tree, linked, with a channel whose secrets are stored.
    pub async fn new() -> Self {
        Self::with_tree(SMALL_TREE).await
    }

    /// A test relay with another tree; every row with a LINE group is known to the simulator.
    pub async fn with_tree(csv: &str) -> Self {
        Self::on(&fresh_database().await, csv).await
    }

    /// The same on a migrated database of the caller's.
    pub async fn on(url: &str, csv: &str) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let _ = tracing_subscriber::fmt().with_env_filter("warn").with_test_writer().try_init();
        let clock = Clock::manual(Timestamp::from_second(1_521_763_200));
        let mut config = SimulatorConfig::new(clock.clone());
        config.channels = vec![ChannelConfig::new("gcc", SECRET, TOKEN)];
        config.groups = line_groups(csv);
        config.hold_open = Duration::from_secs(2);
        let simulator = Simulator::start(config).await.expect("a simulator");
        let db = store::connect(url, 8, PATIENCE).await.expect("a pool");
        let sealing = SealingKeys::from(SealingKey::generate().expect("a key"));
        let settings = settings();
        let line = LineClient::new(&client::Settings {
            api_base: simulator.url().parse().expect("an address"),
            data_base: simulator.url().parse().expect("an address"),
            content_timeout: Duration::from_secs(5),
            connect_timeout: Duration::from_millis(500),
            request_timeout: settings.request_timeout,
            in_flight: 64,
        })
        .expect("a client");
        let channel = add_channel(&db, &sealing, &clock).await;
        import(&db, csv, clock.now()).await;
        let person = sealing.person_key();
        let sealing = Arc::new(sealing);
        let call_room = Arc::new(Semaphore::new(64));
        let settings = Arc::new(settings);
        let engine = Engine { db, clock: clock.clone(), line, sealing, person, call_room, mailer: None, settings };
        Self { clock, engine, channel, simulator }
    }

    /// The simulator's other side.
    pub fn line(&self) -> &Control {
        self.simulator.control()
    }

    /// Makes calls to LINE go wrong.
    pub fn faults(&self, rules: impl Into<Vec<FaultRule>>) {
        self.line().set_faults(rules.into()).expect("faults");
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Moves the clock on and lets the engine work.
    pub async fn after(&self, span: Duration) {
        self.clock.advance(span);
        self.run().await;
    }

    /// Lets the engine do all it can do now.
    pub async fn run(&self) {
        test_driver::run_until_idle(&self.engine).await.expect("the engine runs");
    }

    pub async fn db(&self) -> store::Pooled {
        self.engine.db.acquire().await.expect("a connection")
    }

    /// Imports a tree file, here and now.
    pub async fn import(&self, csv: &str) {
        import(&self.engine.db, csv, self.now()).await;
    }

    /// A draft that says so little that a test can change what it is about.
    pub async fn draft(&self) -> bulletins::Draft {
        let mut db = self.db().await;
        bulletins::Draft {
            kind: Kind::News,
            about: None,
            subject: "การปฏิบัติการสื่อสารงานของรัฐบาล".into(),
            body: "ด้วยสำนักนายกรัฐมนตรีได้จัดประชุมหารือแนวทางการสื่อสารงานของรัฐบาล".into(),
            urgency: Urgency::MostUrgent,
            document_number: Some("มท ๐๒๐๖.๒/ว ๑๖๒๐".into()),
            document_date: Some("2018-03-23".into()),
            origin: groups::find_root(&mut db).await.expect("a root").expect("a root"),
            audience: Audience::default(),
            links: Vec::new(),
            attachment: None,
            media: Vec::new(),
            forwarding: ForwardingMode::AsConfigured,
            way: None,
            acknowledgement: Acknowledgement::default(),
            expires_at: None,
            requests: Vec::new(),
        }
    }

    /// Publishes a draft; gives its id and how many deliveries it has.
    pub async fn publish(&self, draft: bulletins::Draft) -> (BulletinId, i32) {
        let id = BulletinId::new(self.now());
        let mut tx = self.engine.db.begin().await.expect("a transaction");
        bulletins::insert_draft(&mut tx, id, &draft, &public_token(), &tester(), self.now()).await.expect("a draft");
        let published = publish(&mut tx, &self.engine.settings, id, &right(), self.now()).await.expect("published");
        tx.commit().await.expect("committed");
        let Published::Relaying(deliveries) = published else { panic!("it was not to be scheduled") };
        (id, deliveries)
    }

    /// Publishes the plain draft, to go through every group by itself.
    pub async fn publish_automatic(&self) -> BulletinId {
        let draft = bulletins::Draft { forwarding: ForwardingMode::Automatic, ..self.draft().await };
        self.publish(draft).await.0
    }

    /// Publishes the plain draft, as the groups are configured.
    pub async fn publish_as_configured(&self) -> BulletinId {
        self.publish(self.draft().await).await.0
    }

    /// Ends it with its database, for a test that builds hundreds of them.
    pub async fn drop_database(self) {
        let mut db = self.db().await;
        let name: String =
            sqlx::query_scalar("select current_database()::text").fetch_one(&mut *db).await.expect("a name");
        drop(db);
        self.engine.db.close();
        let cluster = CLUSTER.get().expect("it was started");
        let mut admin = PgConnection::connect(&cluster.url()).await.expect("a connection");
        let drop = format!("drop database {name} with (force)");
        admin.execute(sqlx::AssertSqlSafe(drop)).await.expect("no database");
    }

    pub async fn deliveries(&self, bulletin: BulletinId) -> Vec<Delivery> {
        let all = deliveries::Filter::default();
        deliveries::list_deliveries(&mut *self.db().await, bulletin, &all, 1_000).await.expect("deliveries")
    }

    pub async fn delivery(&self, bulletin: BulletinId, group: &str) -> Delivery {
        self.deliveries(bulletin).await.into_iter().find(|d| d.group == group).expect("a delivery for the group")
    }

    /// The state at every group, by code.
    pub async fn states(&self, bulletin: BulletinId) -> BTreeMap<String, State> {
        self.deliveries(bulletin).await.into_iter().map(|delivery| (delivery.group, delivery.state)).collect()
    }

    /// Claims about so many deliveries as the holder with this epoch, as its dispatcher does.
    pub async fn claim(&self, db: &mut store::Connection, epoch: i64, room: usize) -> Vec<(BatchId, Ready)> {
        match self.try_claim(db, epoch, room, None).await {
            ClaimOutcome::Claimed(claimed) => claimed,
            other => panic!("not claimed: {other:?}"),
        }
    }

    /// The same, whatever comes of it; `known`: all claims that the holder knows of.
    pub async fn try_claim(
        &self,
        db: &mut store::Connection,
        epoch: i64,
        room: usize,
        known: Option<&[BatchId]>,
    ) -> ClaimOutcome {
        let claim = Claim { channel: self.channel, epoch, room, below: None, known: known.map(<[BatchId]>::to_vec) };
        let outcomes = batches::claim(db, &[claim], self.now(), self.now()).await.expect("asked");
        outcomes.into_iter().next().expect("an answer to each claim")
    }

    pub async fn group(&self, code: &str) -> GroupId {
        groups::find_group(&mut *self.db().await, code).await.expect("a query").expect("a group").id
    }

    /// How many messages LINE accepted in a group.
    pub fn accepted_in(&self, line_group: &str) -> usize {
        self.line().accepted(Some(line_group)).len()
    }

    /// LINE took nothing twice, and the counters say what the rows say.
    pub async fn assert_exact(&self, bulletin: BulletinId) {
        let counts = self.line().counts();
        assert!(counts.duplicates.is_empty(), "sent twice: {:?}", counts.duplicates);
        assert!(counts.body_changes.is_empty(), "another body under an old key: {:?}", counts.body_changes);
        let difference = store::progress::find_drift(&mut *self.db().await, bulletin).await.expect("a recount");
        assert!(difference.is_none(), "{difference:?}");
    }
}

/// The engine's settings as they ship, but quick where a test really waits.
fn settings() -> Settings {
    let hour = Duration::from_hours(1);
    let config = Config::from_sources(None, []).expect("the defaults");
    let prices = config.line.price.list();
    Settings {
        public_url: "http://127.0.0.1:8080".into(),
        request_timeout: Duration::from_millis(400),
        burst: 20,
        in_flight: 64,
        claim_batch: 500,
        poll_interval: Duration::from_secs(5),
        poll_jitter: 0.2,
        retry_schedule: [5, 15, 60, 300].map(Duration::from_secs).into(),
        retry_jitter: 0.0,
        retry_key_lifetime: 23 * hour,
        snooze_start: Duration::from_millis(5),
        snooze_max: Duration::from_millis(20),
        record_batch: 500,
        record_delay: Duration::from_millis(2),
        default_expiry: 168 * hour,
        heartbeat: Duration::from_secs(1),
        lease: Duration::from_secs(3),
        keepalive: Duration::from_secs(11),
        clock_jump: Duration::from_secs(5),
        clock_settle: Duration::from_secs(30),
        watchdog: Duration::from_secs(30),
        shutdown_grace: Duration::from_secs(15),
        upkeep_interval: Duration::from_secs(1),
        recount_interval: Duration::from_mins(1),
        quota_refresh: Duration::from_mins(5),
        audit_seal: Duration::from_secs(10),
        retention: Retention {
            taps: 9_600 * hour,
            attempts: 17_520 * hour,
            receipts: 87_600 * hour,
            audit: 87_600 * hour,
            coordinator_contacts: 8_760 * hour,
            dense: 1_080 * hour,
        },
        bypass_after: [Some(24 * hour), Some(8 * hour), Some(2 * hour), Some(hour)],
        ways: config.relay.way.rules(),
        budget: config.relay.budget.budget(&prices),
        prices,
        budget_wait: Duration::from_mins(5),
        acknowledge_words: AcknowledgeWords::of(&["รับทราบ", "ทราบ", "ทราบแล้ว", "✅"]),
        newcomers_every: Duration::from_mins(10),
        join_code_lifetime: Duration::from_hours(24),
        join_slip_lifetime: Duration::from_hours(14 * 24),
        branch_health: BranchHealth { every: Duration::from_hours(7 * 24), shrunk_below: 0.5 },
        reminders: ReminderRules {
            enabled: true,
            hours: OfficeHours {
                opens: jiff::civil::time(8, 30, 0, 0),
                closes: jiff::civil::time(16, 30, 0, 0),
                holidays: [jiff::civil::date(2018, 3, 26)].into(),
            },
            deadlines: [24 * hour, 4 * hour, hour, Duration::from_mins(10)],
        },
        digests: DigestTimes::new(vec![jiff::civil::time(9, 0, 0, 0), jiff::civil::time(15, 30, 0, 0)]),
        bulletins: BulletinRules { approval: Approval::None, image_limit: 100_000 },
        establishment: EstablishmentRules {
            names: config.offices.group_names,
            mail: Some(crate::mail_server::addresses()),
        },
    }
}

fn line_groups(csv: &str) -> Vec<GroupConfig> {
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let rows: Vec<BTreeMap<String, String>> = reader.deserialize().map(|row| row.expect("a row")).collect();
    rows.iter()
        .filter(|row| !row["line_group_id"].is_empty())
        .map(|row| {
            let members = row["members"].parse().expect("a number");
            GroupConfig::joined(&row["line_group_id"], &row["name"], members, &row["channel"])
        })
        .collect()
}

async fn add_channel(db: &Db, sealing: &SealingKeys, clock: &Clock) -> ChannelId {
    let seal = |field, plain: &str| sealing.seal(&sealed_as("gcc", field), plain.as_bytes()).expect("sealed");
    let mut connection = db.acquire().await.expect("a connection");
    channels::insert_channel(
        &mut connection,
        "gcc",
        "GCC",
        &seal("secret", SECRET),
        &seal("token", TOKEN),
        1_950,
        clock.now(),
    )
    .await
    .expect("a channel")
}

async fn import(db: &Db, csv: &str, now: Timestamp) {
    let mut tx = db.begin().await.expect("a transaction");
    let tree = LockedTree::load(&mut tx).await.expect("the tree");
    let rows = tree_file::parse(csv.as_bytes(), &tree.to_known()).expect("a good tree file");
    tree.apply(&mut tx, &rows, now).await.expect("an import");
    tx.commit().await.expect("committed");
}
