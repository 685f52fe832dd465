//! The commands as scripts see them: what is on stdout, what on stderr, and how they end.

use std::path::PathBuf;
use std::process::{Command, Output};

use gcc_relay::domain::sealed::SealingKey;
use secrecy::ExposeSecret as _;
use sqlx::{Connection as _, PgConnection};
use tempfile::TempDir;

use super::test_relay::{SMALL_TREE, fresh_database};

/// A database and a folder for commands to work in.
struct TestSetup {
    folder: TempDir,
    url: String,
}

/// How a command ended and what it said.
struct CommandOutput {
    status: Option<i32>,
    stdout: String,
    stderr: String,
}

impl TestSetup {
    async fn new() -> Self {
        let setup = Self::without_key().await;
        let key = SealingKey::generate().expect("a key").to_file();
        setup.write("secret.key", key.expose_secret());
        setup
    }

    async fn without_key() -> Self {
        Self { folder: tempfile::tempdir().expect("a folder"), url: fresh_database().await }
    }

    async fn with_tree() -> Self {
        let setup = Self::new().await;
        setup.add_channel();
        setup.write("tree.csv", SMALL_TREE);
        assert_eq!(setup.run(&["tree", "import", "tree.csv"]).status, Some(0));
        setup
    }

    fn add_channel(&self) {
        self.write("channel.secret", "0123456789abcdef0123456789abcdef\n");
        self.write("channel.token", "a-token\n");
        let files = ["--secret-file", "channel.secret", "--token-file", "channel.token"];
        let said = self.run(&[&["channel", "add", "gcc", "--name", "GCC"][..], &files].concat());
        assert_eq!(said.status, Some(0), "{}", said.stderr);
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, text).expect("a file");
        path
    }

    fn run(&self, arguments: &[&str]) -> CommandOutput {
        let mut command = Command::new(env!("CARGO_BIN_EXE_gcc-relay"));
        command.args(arguments).current_dir(self.folder.path());
        command.env("DATABASE_URL", &self.url).env("GCC_RELAY__SECRETS__KEY_FILE", "secret.key");
        // nothing listens there
        command.env("GCC_RELAY__SERVER__LISTEN", "127.0.0.1:0");
        command.env("GCC_RELAY__LINE__API_BASE", "http://127.0.0.1:9").env("GCC_RELAY__LOG__FILTER", "error");
        let Output { status, stdout, stderr } = command.output().expect("the program runs");
        let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
        CommandOutput { status: status.code(), stdout: text(stdout), stderr: text(stderr) }
    }
}

#[tokio::test]
async fn a_tree_goes_in_and_comes_back_out_the_same() {
    let setup = TestSetup::with_tree().await;
    let out = setup.run(&["tree", "export", "out.csv"]);
    assert_eq!((out.status, out.stdout.as_str()), (Some(0), "8 groups written to out.csv\n"));
    let again = setup.run(&["tree", "import", "out.csv"]);
    let unchanged = "offices: 0 added, 0 changed, 8 unchanged\n\
                     groups: 0 added, 0 changed, 8 unchanged\n\
                     stewards: 0 added, 0 changed, 7 unchanged\n";
    assert_eq!((again.status, again.stdout.as_str()), (Some(0), unchanged));
    let file = std::fs::read_to_string(setup.folder.path().join("out.csv")).expect("the file");
    assert!(file.starts_with("\u{feff}code,"), "the mark by which Excel knows UTF-8");
    assert_eq!(setup.run(&["tree", "export", "-"]).stdout, file);
}

#[tokio::test]
async fn cells_that_a_spreadsheet_would_calculate_survive_the_way_there_and_back() {
    let setup = TestSetup::with_tree().await;
    setup.write(
        "odd.csv",
        "code,parent,name,steward_title,steward_phone\n\
         lpn,gcc1,'=1+1,@ผู้ว่าราชการจังหวัดลำพูน,'+66 53 511 000\nlpn-com,lpn,1-2,พาณิชย์,0812345678\n",
    );
    assert_eq!(setup.run(&["tree", "import", "odd.csv"]).status, Some(0));
    assert_eq!(setup.run(&["tree", "export", "out.csv"]).status, Some(0));
    let file = std::fs::read_to_string(setup.folder.path().join("out.csv")).expect("the file");
    for cell in [",'=1+1,", ",'@ผู้ว่าราชการจังหวัดลำพูน,", ",'+66 53 511 000,", ",'1-2,", ",'0812345678,"]
    {
        assert!(file.contains(cell), "{cell}: {file}");
    }
    let again = setup.run(&["tree", "import", "out.csv"]);
    assert!(again.stdout.contains("groups: 0 added, 0 changed, 8 unchanged"), "{}{}", again.stdout, again.stderr);
    assert!(again.stdout.contains("stewards: 0 added, 0 changed"), "{}", again.stdout);
}

#[tokio::test]
async fn a_file_of_the_wrong_encoding_is_one_sentence_and_changes_nothing() {
    let setup = TestSetup::with_tree().await;
    assert_eq!(setup.run(&["tree", "export", "out.csv"]).status, Some(0));
    let before = setup.run(&["tree", "export", "-"]).stdout;
    // Latin-1 and Windows-1252 agree on these bytes but for the controls, which a file keeps as they are
    let garbage: String = before.bytes().map(char::from).collect();
    setup.write("garbage.csv", &garbage);
    let said = setup.run(&["tree", "import", "garbage.csv"]);
    assert_eq!(said.status, Some(1));
    assert!(
        said.stderr.starts_with("error: garbage.csv has 1 fault; nothing was changed\ngarbage.csv:"),
        "{}",
        said.stderr
    );
    assert!(said.stderr.contains("read in the wrong encoding"), "{}", said.stderr);
    assert_eq!(setup.run(&["tree", "export", "-"]).stdout, before);
}

#[tokio::test]
async fn every_bad_row_is_named_by_file_line_and_column_and_nothing_is_changed() {
    let setup = TestSetup::with_tree().await;
    let before = setup.run(&["tree", "export", "-"]).stdout;
    setup.write("bad.csv", "code,parent,name\nlpn,gcc1,ใหม่\nlpn-com,nowhere,x\n,gcc1,y\n");
    let said = setup.run(&["tree", "import", "bad.csv"]);
    assert_eq!((said.status, said.stdout.as_str()), (Some(1), ""));
    let lines: Vec<&str> = said.stderr.lines().collect();
    assert_eq!(lines[0], "error: bad.csv has 2 faults; nothing was changed");
    assert!(lines[1].starts_with("bad.csv:3:2: parent: "), "{}", said.stderr);
    assert!(lines[2].starts_with("bad.csv:4:1: code: "), "{}", said.stderr);
    assert_eq!(setup.run(&["tree", "export", "-"]).stdout, before);
}

#[tokio::test]
async fn groups_without_a_channel_get_the_one_that_is_named() {
    let setup = TestSetup::new().await;
    setup.add_channel();
    setup.write(
        "tree.csv",
        "code,parent,tier,name,office,office_name,office_kind\ngcc1,,1,GCC1,pmo,สำนักนายกรัฐมนตรี,national\n",
    );
    let unknown = setup.run(&["tree", "import", "tree.csv", "--channel", "nope"]);
    assert_eq!(unknown.status, Some(1));
    assert!(unknown.stderr.contains("there is no channel \"nope\""), "{}", unknown.stderr);
    assert_eq!(setup.run(&["tree", "import", "tree.csv", "--channel", "gcc"]).status, Some(0));
    assert!(setup.run(&["tree", "export", "-"]).stdout.contains(",gcc,"));
}

#[tokio::test]
async fn the_national_tree_needs_no_database() {
    let setup = TestSetup::without_key().await;
    let said = setup.run(&["tree", "national", "-"]);
    assert_eq!((said.status, said.stdout.lines().count()), (Some(0), 5_176));
}

#[tokio::test]
async fn a_key_stands_alone_on_its_line_and_can_be_revoked() {
    let setup = TestSetup::with_tree().await;
    let made = setup.run(&["key", "create", "--name", "ops", "--role", "operator"]);
    assert_eq!(made.status, Some(0), "{}", made.stderr);
    assert!(made.stdout.starts_with("gccr_") && made.stdout.lines().count() == 1, "{}", made.stdout);
    let listed = setup.run(&["key", "list"]).stdout;
    assert!(listed.contains("\tops\toperator\t-\t") && !listed.contains(made.stdout.trim()), "{listed}");
    assert_eq!(setup.run(&["key", "revoke", "ops"]).stdout, "1 key revoked\n");
    assert_eq!(setup.run(&["key", "revoke", "ops"]).status, Some(1));
}

#[tokio::test]
async fn what_a_key_or_an_account_is_called_is_held_to_the_same_rule_as_on_the_pages() {
    let setup = TestSetup::with_tree().await;
    for name in ["", " ", "two\nlines", &"x".repeat(201)] {
        let key = ["key", "create", "--role", "operator", "--name", name];
        let user = ["user", "create", "somebody", "--role", "operator", "--name", name];
        for command in [&key[..], &user[..]] {
            assert_eq!(setup.run(command).status, Some(2), "{command:?}");
        }
    }
}

#[tokio::test]
async fn a_key_of_an_agency_needs_its_office() {
    let setup = TestSetup::with_tree().await;
    let agency = ["key", "create", "--name", "a", "--role", "agency"];
    assert_eq!(setup.run(&agency).status, Some(2));
    assert_eq!(setup.run(&[&agency[..], &["--office", "nowhere"]].concat()).status, Some(1));
    assert_eq!(setup.run(&[&agency[..], &["--office", "lamphun"]].concat()).status, Some(0));
}

#[tokio::test]
async fn a_channel_can_be_parked_and_resumed_and_never_shows_its_secrets() {
    let setup = TestSetup::new().await;
    setup.add_channel();
    let twice = setup.run(&[
        "channel",
        "add",
        "gcc",
        "--name",
        "x",
        "--secret-file",
        "channel.secret",
        "--token-file",
        "channel.token",
    ]);
    assert_eq!(twice.status, Some(1));
    assert!(twice.stderr.contains("there is a channel \"gcc\" already"), "{}", twice.stderr);
    assert_eq!(setup.run(&["channel", "park", "gcc"]).stdout, "channel gcc is parked\n");
    let listed = setup.run(&["channel", "list"]).stdout;
    assert!(listed.contains("parked since") && !listed.contains("a-token"), "{listed}");
    assert_eq!(setup.run(&["channel", "resume", "gcc"]).stdout, "channel gcc goes on\n");
    assert_eq!(setup.run(&["channel", "rotate", "gcc"]).status, Some(2));
    assert_eq!(setup.run(&["channel", "rotate", "gcc", "--token-file", "channel.token"]).status, Some(0));
    assert_eq!(setup.run(&["channel", "park", "nope"]).status, Some(1));
    let mut db = PgConnection::connect(&setup.url).await.expect("a connection");
    let acts: Vec<String> = sqlx::query_scalar(
        "select actor || ' ' || act from audit where act like '%park' or act like '%resume' order by id",
    )
    .fetch_all(&mut db)
    .await
    .expect("the audit");
    assert_eq!(acts, ["cli park", "cli resume"], "named as everywhere");
}

#[tokio::test]
async fn acts_on_accounts_and_keys_are_written_down_as_by_the_pages() {
    let setup = TestSetup::new().await;
    for arguments in [
        &["user", "create", "somchai", "--role", "operator"][..],
        &["user", "disable", "somchai"],
        &["user", "enable", "somchai"],
        &["user", "link", "somchai"],
        &["key", "create", "--name", "ops", "--role", "operator"],
        &["key", "create", "--name", "ops", "--role", "operator"],
        &["key", "revoke", "ops"],
    ] {
        let said = setup.run(arguments);
        assert_eq!(said.status, Some(0), "{arguments:?}: {}", said.stderr);
    }
    let mut db = PgConnection::connect(&setup.url).await.expect("a connection");
    let acts: Vec<String> = sqlx::query_scalar(
        "select act || ' ' || coalesce(detail ->> 'signed_out', detail ->> 'role', detail ->> 'name', '-')
            from audit where act like 'account%' or act like 'key%' order by id",
    )
    .fetch_all(&mut db)
    .await
    .expect("the audit");
    let people =
        ["account_create operator", "account_link -", "account_disable 0", "account_enable -", "account_link -"];
    let keys = ["key_create operator", "key_create operator", "key_revoke ops", "key_revoke ops"];
    assert_eq!(acts, [&people[..], &keys[..]].concat());
    let revoked: i64 = sqlx::query_scalar(
        "select count(*) from api_keys k where exists (
            select from audit where act = 'key_revoke' and subject = 'key:' || k.prefix)",
    )
    .fetch_one(&mut db)
    .await
    .expect("the keys");
    assert_eq!(revoked, 2, "an entry for each key, by its prefix");
}

#[tokio::test]
async fn the_doctor_tells_a_line_for_each_question_and_fails_where_line_is_away() {
    let setup = TestSetup::new().await;
    let healthy = setup.run(&["doctor"]);
    assert_eq!(healthy.status, Some(0), "{}{}", healthy.stdout, healthy.stderr);
    assert!(healthy.stdout.lines().all(|line| line.starts_with("ok ")), "{}", healthy.stdout);
    setup.add_channel();
    let ill = setup.run(&["doctor"]);
    assert_eq!(ill.status, Some(1));
    assert_eq!(ill.stdout.lines().filter(|line| line.starts_with("FAIL ")).count(), 3, "{}", ill.stdout);
    assert!(ill.stderr.starts_with("error: 3 of 18 checks failed"), "{}", ill.stderr);
}

#[tokio::test]
async fn a_real_database_is_not_given_a_key_made_up_on_the_spot() {
    let setup = TestSetup::without_key().await;
    let said = setup.run(&["serve"]);
    assert_eq!(said.status, Some(1));
    assert!(said.stderr.starts_with("error: the key file secret.key is missing"), "{}", said.stderr);
}

#[tokio::test]
async fn a_migrated_database_has_nothing_left_to_migrate() {
    let setup = TestSetup::without_key().await;
    let said = setup.run(&["migrate"]);
    assert!(said.stdout.ends_with("0 of them now\n"), "{}", said.stdout);
}

#[tokio::test]
async fn wrong_usage_ends_with_2_and_a_wrong_setting_with_1() {
    let setup = TestSetup::without_key().await;
    assert_eq!(setup.run(&["frobnicate"]).status, Some(2));
    assert_eq!(setup.run(&[]).status, Some(2));
    setup.write("wrong.toml", "[server]\nnope = 1\n");
    let said = setup.run(&["--config", "wrong.toml", "migrate"]);
    assert_eq!(said.status, Some(1));
    assert!(said.stderr.contains("`server.nope`") && said.stderr.contains("wrong.toml"), "{}", said.stderr);
}

#[tokio::test]
async fn every_command_has_an_example_in_its_help() {
    let setup = TestSetup::without_key().await;
    let commands = "serve|demo|simulator|migrate|doctor|openapi|tree import|tree export|tree national|channel add|\
                    channel list|channel check|channel park|channel resume|channel rotate|channel watch|database restored|\
                    database moved|secrets status|secrets rotate|secrets accept|key create|key list|key revoke";
    for command in commands.split('|') {
        let mut arguments: Vec<&str> = command.split(' ').collect();
        arguments.push("--help");
        let said = setup.run(&arguments);
        assert_eq!(said.status, Some(0), "{command}");
        assert!(said.stdout.contains("Example") && said.stdout.contains(&format!("gcc-relay {command}")), "{command}");
    }
}

#[tokio::test]
async fn stewards_are_invited_into_a_file_that_only_its_owner_reads() {
    use std::os::unix::fs::PermissionsExt as _;
    let setup = TestSetup::with_tree().await;
    let said = setup.run(&["user", "invite", "--csv", "all.csv", "--office", "lamphun"]);
    assert_eq!((said.status, said.stdout.as_str()), (Some(0), "3 links written to all.csv\n"), "{}", said.stderr);
    let path = setup.folder.path().join("all.csv");
    assert_eq!(std::fs::metadata(&path).expect("a file").permissions().mode() & 0o777, 0o600);
    let file = std::fs::read_to_string(&path).expect("text");
    assert!(file.contains("lamphun-d1,นายอำเภอเมืองลำพูน,อำเภอเมืองลำพูน,http://127.0.0.1:8080/welcome/"), "{file}");
    let again = setup.run(&["user", "invite", "--csv", "all.csv"]);
    assert_eq!(again.status, Some(1), "a file that is there is not written over");
    assert!(setup.run(&["user", "list"]).stdout.matches("steward").count() == 3, "and nobody was invited");
    let rest = setup.run(&["user", "invite", "--csv", "rest.csv", "--again"]);
    assert_eq!(rest.stdout, "7 links written to rest.csv\n", "three of them new ones");
}

#[test]
fn manual_pages_and_completions_are_written_for_a_package() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut command = Command::new(env!("CARGO_BIN_EXE_gcc-relay"));
    let done = command.arg("files").arg(folder.path()).output().expect("the program runs");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let page = |name: &str| std::fs::read_to_string(folder.path().join("man").join(name)).expect("a page");
    assert!(page("gcc-relay.1").contains("gcc\\-relay\\-serve"), "the page of the program names its commands");
    assert!(page("gcc-relay-tree-import.1").contains("\\-\\-dry\\-run"));
    assert!(!folder.path().join("man/gcc-relay-files.1").exists(), "a hidden command has no page");
    for shell in ["gcc-relay.bash", "_gcc-relay", "gcc-relay.fish"] {
        let text = std::fs::read_to_string(folder.path().join("completions").join(shell)).expect("completions");
        assert!(text.contains("serve") && text.contains("doctor"), "{shell}");
    }
}

#[test]
fn a_key_file_is_made_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let create = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_gcc-relay"));
        command.args(["secrets", "create", "new/secret.key"]).current_dir(folder.path());
        command.output().expect("the program runs")
    };
    assert!(create().status.success());
    let made = std::fs::read(folder.path().join("new/secret.key")).expect("the key file");
    let again = create();
    assert!(!again.status.success());
    assert!(String::from_utf8_lossy(&again.stderr).contains("is there already"));
    assert_eq!(std::fs::read(folder.path().join("new/secret.key")).expect("the key file"), made);
}
