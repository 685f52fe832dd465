//! Keeps the demo away from the data, the key and the network of a real service.

use std::net::IpAddr;

use anyhow::bail;
use url::{Host, Url};

use crate::app::AppContext;
use crate::app::simulator::var_dir;
use crate::config::{Config, Server};
use crate::store::demo_data::mark_demo_data;

/// Marks the database as the demo's, before anything of the demo is in it.
///
/// # Errors
/// It holds what is not the demo's.
pub(super) async fn mark(context: &AppContext) -> anyhow::Result<()> {
    if mark_demo_data(&mut *context.db.acquire().await?, context.clock.now()).await? {
        return Ok(());
    }
    bail!(
        "the database in {} holds accounts, keys or channels that are not the demo's: it is left alone",
        context.config.database.data_dir.display()
    )
}

/// Gives the demo a database, a key and folders of its own, beside those of a node.
pub(super) fn separate_from_nodes(config: &mut Config) {
    let folder = var_dir(config).join("demo");
    config.database.data_dir = folder.join("postgres");
    config.secrets.key_file = folder.join("secret.key");
    config.files.store = folder.join("files").to_string_lossy().into_owned();
}

/// Whether only this machine can reach the server: it listens on loopback, and links lead there too. An address of
/// another kind in `public_url` means that a proxy passes requests on from elsewhere.
pub(super) fn is_closed(server: &Server) -> bool {
    let public = Url::parse(server.public_url.as_str()).is_ok_and(|url| match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::V6(address).to_canonical().is_loopback(),
        None => false,
    });
    server.listen.ip().to_canonical().is_loopback() && public
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("127.0.0.1:8080", "http://127.0.0.1:8080", true)]
    #[case("[::1]:8080", "http://localhost:8080", true)]
    #[case("0.0.0.0:8080", "http://127.0.0.1:8080", false)]
    #[case("[::]:8080", "http://127.0.0.1:8080", false)]
    #[case("192.0.2.1:8080", "http://127.0.0.1:8080", false)]
    #[case("127.0.0.1:8080", "https://demo.example.go.th", false)]
    fn the_demo_is_closed_where_neither_listener_nor_proxy_opens_it(
        #[case] listen: &str,
        #[case] public_url: &str,
        #[case] closed: bool,
    ) {
        let variables = [("LISTEN", listen), ("PUBLIC_URL", public_url)];
        let variables = variables.map(|(key, value)| (format!("GCC_RELAY__SERVER__{key}"), value.to_owned()));
        let config = Config::from_sources(None, variables).expect("settings");
        assert_eq!(is_closed(&config.server), closed);
    }

    #[test]
    fn the_demo_shares_neither_database_nor_key_with_a_node() {
        let node = Config::from_sources(None, []).expect("settings");
        let mut demo = node.clone();
        separate_from_nodes(&mut demo);
        assert_ne!(demo.database.data_dir, node.database.data_dir);
        assert_ne!(demo.secrets.key_file, node.secrets.key_file);
        assert_ne!(demo.files.store, node.files.store);
    }
}
