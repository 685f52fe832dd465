//! Changing the key that seals, while nodes of several machines run, and killed at any step.

use std::path::{Path, PathBuf};

use gcc_relay::domain::account::Role;
use gcc_relay::domain::credentials::sealed_as as codes_sealed_as;
use gcc_relay::domain::ids::AccountId;
use gcc_relay::domain::sealed::{KeyFile, KeyId, SealingKey};
use gcc_relay::domain::time::Clock;
use gcc_relay::line::signature;
use gcc_relay::relay::binding::user_sealed_as;
use gcc_relay::relay::engine::open_access;
use gcc_relay::store::accounts::{NewAccount, find_account_by_id, insert_account, update_codes};
use gcc_relay::store::bindings::put_binding;
use gcc_relay::store::channels::find_channel;
use gcc_relay::store::secret_keys::{KeyState, count_sealed, list_secret_keys, set_secret_key};
use gcc_relay::store::{self, Db};
use secrecy::{ExposeSecret as _, SecretString};

use crate::program::{Program, Server};
use crate::test_relay::{SECRET, SMALL_TREE, fresh_database};

/// Nothing listens there.
const NOBODY: &str = "http://127.0.0.1:9";
const FILE_OF: &str = "GCC_RELAY__SECRETS__KEY_FILE";

/// A ministry with a database and one machine, whose key file is that of the commands.
struct TestSetup {
    program: Program,
    db: Db,
    file: PathBuf,
}

impl TestSetup {
    async fn new() -> Self {
        let url = fresh_database().await;
        let program = Program::over(&url, NOBODY);
        program.set_up(&["gcc".to_owned(), "gov-9".to_owned()], 100, SMALL_TREE);
        let db = store::connect(&url, 2, std::time::Duration::from_secs(10)).await.expect("a pool");
        let file = program.file("secret.key");
        Self { program, db, file }
    }

    fn keys(&self) -> KeyFile {
        keys_in(&self.file)
    }

    /// Makes accounts with TOTP codes, sealed with the key of now.
    async fn accounts(&self, count: usize) -> Vec<AccountId> {
        let (keys, now) = (self.keys(), Clock::system().now());
        let mut db = self.db.acquire().await.expect("a connection");
        let mut made = Vec::new();
        for n in 0..count {
            let account = NewAccount {
                username: format!("person-{n}").parse().expect("a name"),
                display_name: format!("Person {n}"),
                role: Role::Operator,
                office_id: None,
                valid_from: None,
                valid_until: None,
            };
            let id = insert_account(&mut db, &account, now).await.expect("a query").expect("a new name");
            let sealed = keys.sealing().seal(&codes_sealed_as(id), id.to_string().as_bytes()).expect("sealed");
            update_codes(&mut db, id, Some(&sealed)).await.expect("a query");
            let user = keys.sealing().seal(&user_sealed_as(id), b"U0123").expect("sealed");
            let channel = find_channel(&mut db, "gcc").await.expect("a query").expect("a channel").id;
            put_binding(&mut db, id, channel, &[n.try_into().expect("few")], &user, now).await.expect("bound");
            made.push(id);
        }
        made
    }

    /// Which keys secrets are sealed with.
    async fn sealed_with(&self) -> Vec<KeyId> {
        let counted = count_sealed(&mut self.db.acquire().await.expect("a connection")).await.expect("a query");
        counted.iter().filter_map(|(id, _)| KeyId::from_bytes(id)).collect()
    }

    async fn state(&self, key: KeyId) -> Option<KeyState> {
        let known = list_secret_keys(&mut self.db.acquire().await.expect("a connection")).await.expect("a query");
        known.into_iter().find(|known| known.key_id == key.as_bytes()).map(|known| known.state)
    }

    async fn demand_all_open(&self, accounts: &[AccountId]) {
        let keys = self.keys();
        let mut db = self.db.acquire().await.expect("a connection");
        for code in ["gcc", "gov-9"] {
            let channel = find_channel(&mut db, code).await.expect("a query").expect("a channel");
            assert!(open_access(&keys.clone().into(), &channel).is_ok(), "{code}");
        }
        for id in accounts {
            let account = find_account_by_id(&mut db, *id).await.expect("a query").expect("an account");
            let opened = keys.open(&codes_sealed_as(*id), &account.totp_sealed.expect("sealed")).expect("opened");
            assert_eq!(opened.expose_secret(), id.to_string().as_bytes());
        }
        let query = "select account_id, user_id_sealed from bindings";
        let bound: Vec<(uuid::Uuid, Vec<u8>)> = sqlx::query_as(query).fetch_all(&mut *db).await.expect("the bindings");
        assert_eq!(bound.len(), accounts.len());
        for (account, sealed) in bound {
            let opened = keys.open(&user_sealed_as(AccountId(account)), &sealed).expect("opened");
            assert_eq!(opened.expose_secret(), b"U0123");
        }
    }
}

fn keys_in(file: &Path) -> KeyFile {
    KeyFile::parse(&std::fs::read(file).expect("a key file")).expect("keys")
}

/// Whether a node knows the secret of a channel.
async fn takes_webhooks(node: &Server) -> bool {
    let body = r#"{"destination":"Ubot","events":[]}"#;
    let signed = signature::sign(&SecretString::from(SECRET), body.as_bytes());
    let request = reqwest::Client::new().post(format!("{}/line/webhook/gcc", node.url));
    request.header("x-line-signature", signed).body(body).send().await.expect("an answer").status() == 200
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_key_seals_nothing_before_both_nodes_can_open_it() {
    let setup = TestSetup::new().await;
    let accounts = setup.accounts(3).await;
    let before = setup.keys();
    let elsewhere = setup.program.write("elsewhere.key", &std::fs::read_to_string(&setup.file).expect("a key file"));
    let here = setup.program.serve().await;
    let there = setup.program.serve_with(&[(FILE_OF, &elsewhere)]).await;

    let made = setup.program.done(&["secrets", "rotate"]);
    let new = setup.keys().ids()[1];
    assert!(made.contains(&format!("key {new} was made")) && made.contains("copy it to every other machine"), "{made}");
    let (status, _, refusal) = setup.program.run(&["secrets", "rotate"]);
    assert_eq!(status, Some(1));
    assert!(refusal.contains(&format!("nothing was sealed, as key {new} cannot be read yet")), "{refusal}");
    assert!(refusal.matches("process").count() == 1, "only the node of the other machine is named: {refusal}");
    assert_eq!(setup.sealed_with().await, [before.sealing().id()]);

    std::fs::copy(&setup.file, &elsewhere).expect("copied");
    let sealed = setup.program.done(&["secrets", "rotate"]);
    assert!(sealed.contains("4 secrets of channels, 3 of accounts"), "{sealed}");
    assert_eq!(setup.sealed_with().await, [new]);
    assert!(takes_webhooks(&here).await && takes_webhooks(&there).await);
    setup.demand_all_open(&accounts).await;

    let (status, _, refusal) = setup.program.run(&["secrets", "rotate", "--finish"]);
    assert_eq!(status, Some(1), "the other machine still seals with the key before");
    assert!(refusal.contains(&format!("these nodes do not seal with key {new} yet")), "{refusal}");
    std::fs::copy(&setup.file, &elsewhere).expect("copied");
    setup.program.done(&["secrets", "rotate", "--finish"]);
    assert_eq!(setup.keys().ids(), [new]);
    assert_eq!(setup.state(before.sealing().id()).await, Some(KeyState::Dropped));
    let person = |keys: &KeyFile| keys.person_key().person_hash("U1");
    assert_eq!(person(&setup.keys()), person(&before), "persons are named as before");
    setup.demand_all_open(&accounts).await;
    assert!(takes_webhooks(&here).await && takes_webhooks(&there).await);
    let audit = sqlx::query_scalar::<_, String>("select act from audit where act like 'secrets%' order by id");
    let acts = audit.fetch_all(&mut *setup.db.acquire().await.expect("a connection")).await.expect("a query");
    assert_eq!(
        acts,
        [
            "secrets_key_make",
            "secrets_key_switch",
            "secrets_seal_anew",
            "secrets_seal_anew",
            "secrets_seal_anew",
            "secrets_key_drop"
        ]
    );
}

#[tokio::test]
async fn a_change_of_keys_that_was_killed_anywhere_goes_on_where_it_was() {
    let setup = TestSetup::new().await;
    let accounts = setup.accounts(250).await;
    let before = setup.keys();
    setup.program.done(&["secrets", "status"]);
    let now = Clock::system().now();
    let write = |keys: &KeyFile| std::fs::write(&setup.file, keys.to_text().expose_secret()).expect("written");

    // after the file was written, before the database heard of the key
    setup.program.done(&["secrets", "rotate"]);
    let new = setup.keys().ids()[1];
    store::secret_keys::delete_secret_key(&mut setup.db.acquire().await.expect("a connection"), new.as_bytes())
        .await
        .expect("forgotten");
    setup.program.done(&["secrets", "rotate"]);
    assert_eq!(setup.keys().ids(), [before.sealing().id(), new], "no second key is made");

    // after the file was switched, before the database heard of it
    write(&setup.keys().sealing_with(new));
    let half_way = setup.accounts_sealed_before(&accounts[..120]).await;
    setup.program.done(&["secrets", "rotate"]);
    assert_eq!(setup.sealed_with().await, [new]);

    // in the middle of sealing anew
    setup.put_back(&half_way).await;
    assert_eq!(setup.sealed_with().await.len(), 2);
    let again = setup.program.done(&["secrets", "rotate"]);
    assert!(again.contains("0 secrets of channels, 120 of accounts"), "{again}");
    setup.demand_all_open(&accounts).await;

    // after the key before was taken out of the file, before the database heard of it
    let both = setup.keys();
    write(&both.without(&[before.sealing().id()]));
    setup.program.done(&["secrets", "rotate", "--finish"]);
    assert_eq!(setup.state(before.sealing().id()).await, Some(KeyState::Dropped));
    setup.demand_all_open(&accounts).await;

    // a machine that was left behind drops it too, and does not take the dropped key for a new one
    write(&both.sealing_with(before.sealing().id()));
    setup.program.done(&["secrets", "rotate", "--finish"]);
    assert_eq!(setup.keys().ids(), [new]);
    let mut db = setup.db.acquire().await.expect("a connection");
    set_secret_key(&mut db, before.sealing().id().as_bytes(), KeyState::Dropped, now).await.expect("known");
}

impl TestSetup {
    async fn accounts_sealed_before(&self, accounts: &[AccountId]) -> Vec<(AccountId, Vec<u8>)> {
        let mut db = self.db.acquire().await.expect("a connection");
        let mut found = Vec::new();
        for id in accounts {
            let account = find_account_by_id(&mut db, *id).await.expect("a query").expect("an account");
            found.push((*id, account.totp_sealed.expect("sealed")));
        }
        found
    }

    async fn put_back(&self, sealed: &[(AccountId, Vec<u8>)]) {
        let mut db = self.db.acquire().await.expect("a connection");
        for (id, sealed) in sealed {
            update_codes(&mut db, *id, Some(sealed)).await.expect("a query");
        }
    }
}

#[tokio::test]
async fn a_key_before_is_not_dropped_while_a_kept_answer_needs_it() {
    let setup = TestSetup::new().await;
    let old = setup.keys().sealing().id();
    setup.program.done(&["secrets", "rotate"]);
    setup.program.done(&["secrets", "rotate"]);
    let keep = "insert into idempotency_keys (api_key_id, route, key, body_sha256, status, response, created_at)
        values (gen_random_uuid(), 'POST /x', 'k', '', 201, $1, now() - $2 * interval '1 hour')";
    let sealed = format!("sealed:{}ffff", old.hex_header());
    let mut db = setup.db.acquire().await.expect("a connection");
    sqlx::query(keep).bind(&sealed).bind(23).execute(&mut *db).await.expect("kept");
    let (status, _, refusal) = setup.program.run(&["secrets", "rotate", "--finish"]);
    assert_eq!(status, Some(1));
    assert!(refusal.contains("1 answers that are kept"), "{refusal}");
    assert!(setup.keys().holds(old));
    sqlx::query("update idempotency_keys set created_at = created_at - interval '2 hours'")
        .execute(&mut *db)
        .await
        .expect("older");
    setup.program.done(&["secrets", "rotate", "--finish"]);
    assert!(!setup.keys().holds(old));
}

#[tokio::test]
async fn a_node_with_another_ministrys_key_file_does_not_start() {
    let setup = TestSetup::new().await;
    drop(setup.program.serve().await);
    let other = SealingKey::generate().expect("a key");
    let foreign = setup.program.write("foreign.key", other.to_file().expose_secret());
    let mut node = setup.program.start(&[(FILE_OF, &foreign)]);
    let ended = node.ended(std::time::Duration::from_secs(30)).await.expect("it ends");
    assert_eq!(ended.code(), Some(1));
    assert!(node.log().contains("everybody would be counted twice"), "{}", node.log());

    // the file is lost for good
    setup.program.write("secret.key", other.to_file().expose_secret());
    let accepted = setup.program.done(&["secrets", "accept"]);
    assert!(accepted.contains("4 secrets cannot be opened"), "{accepted}");
    drop(setup.program.serve().await);
}

#[tokio::test]
async fn a_key_that_does_not_seal_yet_can_be_forgotten() {
    let setup = TestSetup::new().await;
    let before = setup.keys().ids();
    setup.program.done(&["secrets", "rotate"]);
    setup.program.done(&["secrets", "rotate", "--cancel"]);
    assert_eq!(setup.keys().ids(), before);
    assert_eq!(setup.program.run(&["secrets", "rotate", "--cancel"]).0, Some(1), "there is none any more");
}
