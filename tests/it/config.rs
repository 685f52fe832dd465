//! The settings as a person meets them: the manual, a file, the environment, and what is said when
//! something is wrong.

use std::fs;
use std::path::Path;
use std::time::Duration;

use gcc_relay::config::{Config, ConfigError, DatabaseUrl, LogFormat};
use gcc_relay::domain::bulletin::{Approval, Urgency};
use rstest::rstest;
use secrecy::ExposeSecret;
use tempfile::TempDir;

fn variables(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn load(file: Option<&Path>, pairs: &[(&str, &str)]) -> Result<Config, ConfigError> {
    Config::from_sources(file, variables(pairs))
}

fn file(text: &str) -> (TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("my.toml");
    fs::write(&path, text).expect("a file");
    (folder, path)
}

fn complaint(pairs: &[(&str, &str)]) -> String {
    load(None, pairs).expect_err("bad settings").to_string()
}

#[test]
fn the_defaults_are_usable_as_they_are() {
    let config = load(None, &[]).expect("the manual itself");
    assert!(matches!(config.database.url, DatabaseUrl::Embedded));
    assert_eq!(config.server.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(config.server.public_url.as_str(), "http://127.0.0.1:8080");
    assert_eq!(config.relay.default_expiry, Duration::from_hours(168));
    assert_eq!(config.relay.retry_schedule.first(), Some(&Duration::from_secs(5)));
    assert_eq!(config.relay.bypass_after.of(Urgency::MostUrgent), Duration::from_mins(15));
    assert_eq!(config.log.format, LogFormat::Pretty);
    assert_eq!((config.bulletins.approval, config.bulletins.image_limit), (Approval::None, 5_000_000));
}

#[test]
fn a_variable_wins_over_the_file_and_the_file_over_the_defaults() {
    let (_folder, path) = file("[relay]\nburst = 7\nlease = \"4s\"\n[relay.bypass_after]\nurgent = \"2h\"");
    let config = load(Some(&path), &[("GCC_RELAY__RELAY__BURST", "9")]).expect("good settings");
    assert_eq!(config.relay.burst, 9);
    assert_eq!(config.relay.lease, Duration::from_secs(4));
    assert_eq!(config.relay.bypass_after.urgent, Duration::from_hours(2));
    assert_eq!(config.relay.bypass_after.routine, Duration::from_hours(24));
}

#[test]
fn a_list_and_an_ipv6_address_can_be_given_in_a_variable() {
    let pairs = [
        ("GCC_RELAY__RELAY__RETRY_SCHEDULE", "[1s, 2m]"),
        ("GCC_RELAY__SERVER__LISTEN", "[::1]:8080"),
        ("GCC_RELAY__SERVER__METRICS_LISTEN", "127.0.0.1:9090"),
    ];
    let config = load(None, &pairs).expect("good settings");
    assert_eq!(config.relay.retry_schedule, [Duration::from_secs(1), Duration::from_mins(2)]);
    assert_eq!(config.server.listen.to_string(), "[::1]:8080");
    assert!(config.server.metrics_listen.is_some());
}

#[test]
fn the_usual_variable_for_the_database_works_and_our_own_wins() {
    let usual = ("DATABASE_URL", "postgres://a:b@host/usual");
    let config = load(None, &[usual]).expect("good settings");
    let DatabaseUrl::Postgres(url) = config.database.url else { panic!("not embedded") };
    assert_eq!(url.expose_secret(), usual.1);
    let config = load(None, &[usual, ("GCC_RELAY__DATABASE__URL", "embedded")]).expect("good settings");
    assert!(matches!(config.database.url, DatabaseUrl::Embedded));
}

#[test]
fn a_password_is_not_shown() {
    let config = load(None, &[("DATABASE_URL", "postgres://a:hidden@host/db")]).expect("good settings");
    assert!(!format!("{config:?}").contains("hidden"));
    assert!(!complaint(&[("DATABASE_URL", "mysql://a:hidden@host/db")]).contains("hidden"));
}

#[rstest]
#[case("GCC_RELAY__SERVER__LISTENN", "x", "`server.listenn`, from the variable GCC_RELAY__SERVER__LISTENN, is not a")]
#[case("GCC_RELAY__SEVER__LISTEN", "x", "`sever`, from the variable GCC_RELAY__SEVER__LISTEN, is not a")]
#[case("GCC_RELAY__SERVER__LISTEN", "8080", "`server.listen`, from the variable GCC_RELAY__SERVER__LISTEN, must be")]
#[case("GCC_RELAY__SERVER__PUBLIC_URL", "ftp://x", "`server.public_url`, from the variable")]
#[case("GCC_RELAY__SERVER__TRUSTED_PROXIES", "[proxy.local]", "must be addresses such as 10.0.0.1 or networks such as")]
#[case("GCC_RELAY__SERVER__TRUSTED_PROXIES", "[0.0.0.0/0]", "must not take in every address there is")]
#[case("GCC_RELAY__SERVER__PROXY_HEADER", "x_real_ip", "which is none of x_forwarded_for, forwarded")]
#[case("GCC_RELAY__RELAY__LEASE", "soon", "`relay.lease`, from the variable GCC_RELAY__RELAY__LEASE, is `soon`")]
#[case("GCC_RELAY__RELAY__LEASE", "1s", "`relay.lease`, from the variable GCC_RELAY__RELAY__LEASE, must be at least")]
#[case("GCC_RELAY__RELAY__BURST", "21", "must lie between 1 and 20")]
#[case("GCC_RELAY__RELAY__RETRY_SCHEDULE", "[12h, 7h]", "must stay below 22h in all")]
#[case("GCC_RELAY__RELAY__RETRY_JITTER", "0.5", "`relay.retry_schedule`, from the built-in defaults, must stay below")]
#[case("GCC_RELAY__RELAY__SHUTDOWN_GRACE", "10s", "must be longer than line.request_timeout")]
#[case("GCC_RELAY__RELAY__IN_FLIGHT", "900", "must be at least half of relay.rate_per_second")]
#[case("GCC_RELAY__BULLETINS__APPROVAL", "boss", "which is none of none, second_person")]
#[case("GCC_RELAY__BULLETINS__IMAGE_LIMIT", "16777216", "must be smaller than server.request_body_limit")]
#[case(
    "GCC_RELAY__RETENTION__AUDIT",
    "3649 days",
    "`retention.audit`, from the variable GCC_RELAY__RETENTION__AUDIT, must lie between"
)]
#[case("GCC_RELAY__LOG__FORMAT", "xml", "which is none of pretty, json")]
#[case("GCC_RELAY__LOG__FILTER", "gcc=loud", "`log.filter`, from the variable GCC_RELAY__LOG__FILTER, is not a list")]
fn a_bad_value_is_named_with_its_source(#[case] name: &str, #[case] value: &str, #[case] said: &str) {
    let complaint = complaint(&[(name, value)]);
    assert!(complaint.contains(said), "{complaint}");
    assert_eq!(complaint.lines().count(), 1, "{complaint}");
}

#[test]
fn an_unknown_key_in_a_file_is_named_with_the_file() {
    let (_folder, path) = file("[relay.bypass_after]\nsometimes = \"2h\"");
    let complaint = load(Some(&path), &[]).expect_err("an unknown key").to_string();
    let expected = format!("`relay.bypass_after.sometimes`, from the file {}, is not a setting", path.display());
    assert!(complaint.starts_with(&expected), "{complaint}");
}

#[test]
fn all_values_out_of_bounds_are_told_at_once() {
    let complaint = complaint(&[("GCC_RELAY__RELAY__BURST", "0"), ("GCC_RELAY__RELAY__HEARTBEAT", "1ms")]);
    assert_eq!(complaint.lines().count(), 2, "{complaint}");
}

#[test]
fn a_file_that_is_not_there_or_not_toml_is_named() {
    let missing = load(Some(Path::new("/nowhere/my.toml")), &[]).expect_err("no file").to_string();
    assert!(missing.contains("/nowhere/my.toml"), "{missing}");
    let (_folder, path) = file("[relay\nburst = 1");
    let broken = load(Some(&path), &[]).expect_err("no TOML").to_string();
    assert!(broken.contains("my.toml is not TOML"), "{broken}");
}

#[test]
fn other_programs_variables_are_passed_over() {
    load(None, &[("GCC_RELAY_PG_BIN", "/opt/pg"), ("PATH", "/bin"), ("DATABASE_URL", "")]).expect("good settings");
}

#[test]
fn sign_in_at_a_provider_is_off_and_is_told_in_full_or_not_at_all() {
    let config = load(None, &[]).expect("the manual itself");
    assert!(config.oidc.issuer.is_none());
    let issuer = ("GCC_RELAY__OIDC__ISSUER", "https://login.example.go.th/");
    let client = ("GCC_RELAY__OIDC__CLIENT_ID", "gcc-relay");
    let config = load(None, &[issuer, client]).expect("good settings");
    assert_eq!(config.oidc.issuer.expect("an issuer").as_str(), issuer.1, "kept to the letter");
    let token = ("GCC_RELAY__OIDC__TOKEN_ENDPOINT", "https://login.example.go.th/token");
    for (pairs, said) in [
        (vec![issuer], "oidc.client_id"),
        (vec![client], "oidc.client_id"),
        (vec![issuer, client, token], "oidc.authorization_endpoint"),
        (vec![("GCC_RELAY__OIDC__ISSUER", "http://login.example.go.th"), client], "oidc.issuer"),
        (vec![issuer, client, ("GCC_RELAY__OIDC__SCOPES", "[\"a b\"]")], "oidc.scopes"),
        (vec![("GCC_RELAY__OIDC__LABEL_TH", " ")], "oidc.label_th"),
        (vec![("GCC_RELAY__OIDC__SECOND_FACTOR", "never")], "oidc.second_factor"),
    ] {
        let complaint = complaint(&pairs);
        assert!(complaint.contains(&format!("`{said}`")), "{complaint}");
    }
    load(None, &[("GCC_RELAY__OIDC__ISSUER", "http://127.0.0.1:9000"), client]).expect("a provider on this machine");
}
