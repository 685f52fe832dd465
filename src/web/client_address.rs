//! From which address a request comes: the connection's, or what a proxy says that the settings name.
//!
//! A header such as `X-Forwarded-For` can be written by anybody. It counts only where the connection itself comes from
//! a trusted proxy, and is read from its end: each trusted proxy adds the address that it saw, and the first one that
//! is no trusted proxy is the client. What stands before that was written by the client and is passed over.
//!
//! [`note`] is the layer that finds the address once for each request; handlers and layers take [`ClientAddress`] as an
//! argument or from the request's extensions. Addresses are personal data: they are counted, never logged.

use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use axum::extract::{ConnectInfo, FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, header};
use axum::middleware::Next;
use axum::response::Response;
use ipnet::IpNet;

/// Hops that are read at most; who passes through more proxies than these is taken for the last one read.
const MOST_HOPS: usize = 16;

/// In which header the trusted proxies tell the client's address.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ProxyHeader {
    /// `X-Forwarded-For`, a list of addresses.
    #[default]
    XForwardedFor,
    /// `Forwarded` by RFC 7239.
    Forwarded,
}

/// The proxies whose word is taken for a client's address.
#[derive(Clone, Debug, Default)]
pub struct TrustedProxies {
    networks: Arc<[IpNet]>,
    header: ProxyHeader,
}

impl TrustedProxies {
    /// Proxies in these networks, which tell the client's address in `header`.
    #[must_use]
    pub fn new(networks: &[IpNet], header: ProxyHeader) -> Self {
        Self { networks: networks.into(), header }
    }

    /// Whether connections from this address are those of a trusted proxy.
    #[must_use]
    pub fn trusts(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.networks.iter().any(|network| network.contains(&address))
    }

    /// The client's address of a request with these headers on a connection from `peer`.
    fn find_client(&self, peer: IpAddr, headers: &HeaderMap) -> ClientAddress {
        let mut client = peer.to_canonical();
        if self.trusts(client) {
            let said = match self.header {
                ProxyHeader::XForwardedFor => {
                    hops_of(headers, &HeaderName::from_static("x-forwarded-for"), parse_plain)
                }
                ProxyHeader::Forwarded => hops_of(headers, &header::FORWARDED, parse_element),
            };
            for hop in said.into_iter().rev().take(MOST_HOPS) {
                // "unknown", a made-up name or nonsense: the last hop that is certain stands for the client
                let Some(address) = hop else { break };
                client = address;
                if !self.trusts(client) {
                    break;
                }
            }
        }
        ClientAddress(client)
    }
}

/// The address from which a request comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ClientAddress(IpAddr);

impl ClientAddress {
    /// The client at this address.
    #[must_use]
    pub fn new(address: IpAddr) -> Self {
        Self(address.to_canonical())
    }

    /// The address.
    #[must_use]
    pub fn ip(self) -> IpAddr {
        self.0
    }

    /// What is counted as one client: an IPv4 address; of IPv6 the first 64 bits, as everybody has that many addresses.
    #[must_use]
    pub fn network(self) -> IpAddr {
        match self.0 {
            IpAddr::V4(_) => self.0,
            IpAddr::V6(address) => {
                let [a, b, c, d, ..] = address.segments();
                IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
            }
        }
    }
}

impl Default for ClientAddress {
    /// The address of a request that came over no connection; all of these count as one client.
    fn default() -> Self {
        Self(IpAddr::V4(Ipv4Addr::UNSPECIFIED))
    }
}

impl<S: Sync> FromRequestParts<S> for ClientAddress {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(parts.extensions.get::<Self>().copied().unwrap_or_default())
    }
}

/// Notes the client's address in the request's extensions, for whatever comes after.
pub async fn note(State(proxies): State<TrustedProxies>, mut request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip());
    let client = peer.map(|peer| proxies.find_client(peer, request.headers())).unwrap_or_default();
    request.extensions_mut().insert(client);
    next.run(request).await
}

/// The hops that all lines of a header name together, first to last; none in place of one that names no address.
fn hops_of(headers: &HeaderMap, name: &HeaderName, parse: fn(&str) -> Option<IpAddr>) -> Vec<Option<IpAddr>> {
    let lines = headers.get_all(name).iter();
    lines
        .flat_map(|line| line.to_str().map_or_else(|_| vec![None], |line| split(line, ',').map(parse).collect()))
        .collect()
}

/// The parts of a line between separators that stand outside of quotes, trimmed.
fn split(line: &str, separator: char) -> impl Iterator<Item = &str> {
    let (mut quoted, mut escaped) = (false, false);
    line.split(move |c: char| {
        let ends = !quoted && c == separator;
        quoted ^= c == '"' && !escaped;
        escaped = quoted && c == '\\' && !escaped;
        ends
    })
    .map(str::trim)
}

/// The address in one element of `Forwarded`, such as `for="[2001:db8::1]:4711";proto=https`.
fn parse_element(element: &str) -> Option<IpAddr> {
    let node = split(element, ';').find_map(|pair| {
        let (name, value) = pair.split_once('=')?;
        name.trim().eq_ignore_ascii_case("for").then(|| value.trim())
    })?;
    parse_plain(node.strip_prefix('"').and_then(|node| node.strip_suffix('"')).unwrap_or(node))
}

/// An address with or without a port; IPv6 may stand in brackets.
fn parse_plain(text: &str) -> Option<IpAddr> {
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    let with_port = || text.parse::<SocketAddr>().map(|address| address.ip());
    bare.parse::<IpAddr>().or_else(|_| with_port()).ok().map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;
    use rstest::rstest;

    const PROXY: &str = "10.0.0.1";

    fn client(header: ProxyHeader, peer: &str, lines: &[&'static str]) -> String {
        let networks: Vec<IpNet> = ["10.0.0.0/24", "fd00::/64"].map(|text| text.parse().expect("a network")).into();
        let mut headers = HeaderMap::new();
        for line in lines {
            for name in ["x-forwarded-for", "forwarded"] {
                let ours = (name == "forwarded") == (header == ProxyHeader::Forwarded);
                let value = if ours { *line } else { "for=6.6.6.6" };
                headers.append(name, HeaderValue::from_static(value));
            }
        }
        let peer = peer.parse().expect("an address");
        TrustedProxies::new(&networks, header).find_client(peer, &headers).ip().to_string()
    }

    #[rstest]
    #[case::from_a_stranger("192.0.2.9", &["198.51.100.7"], "192.0.2.9")]
    #[case::from_a_proxy(PROXY, &["198.51.100.7"], "198.51.100.7")]
    #[case::written_by_the_client_before(PROXY, &["1.1.1.1, 198.51.100.7"], "198.51.100.7")]
    #[case::in_a_line_of_its_own(PROXY, &["1.1.1.1", "198.51.100.7"], "198.51.100.7")]
    #[case::through_two_proxies(PROXY, &["1.1.1.1, 198.51.100.7, 10.0.0.2"], "198.51.100.7")]
    #[case::through_an_unknown_proxy(PROXY, &["198.51.100.7, 192.0.2.2"], "192.0.2.2")]
    #[case::from_a_proxy_itself(PROXY, &[], PROXY)]
    #[case::nonsense(PROXY, &["198.51.100.7, nonsense"], PROXY)]
    #[case::nonsense_before_a_proxy(PROXY, &["198.51.100.7, , 10.0.0.2"], "10.0.0.2")]
    #[case::with_ports(PROXY, &["198.51.100.7:4711"], "198.51.100.7")]
    #[case::with_brackets("fd00::2", &["[2001:db8::1]:4711"], "2001:db8::1")]
    #[case::a_proxy_seen_as_ipv6("::ffff:10.0.0.1", &["::ffff:198.51.100.7"], "198.51.100.7")]
    fn only_a_trusted_proxy_sets_the_client_address(
        #[case] peer: &str,
        #[case] lines: &[&'static str],
        #[case] is: &str,
    ) {
        assert_eq!(client(ProxyHeader::XForwardedFor, peer, lines), is);
    }

    #[rstest]
    #[case::from_a_stranger("192.0.2.9", &["for=198.51.100.7"], "192.0.2.9")]
    #[case::plain(PROXY, &["for=198.51.100.7;proto=https;by=10.0.0.1"], "198.51.100.7")]
    #[case::in_capitals(PROXY, &["By=10.0.0.1; For=198.51.100.7"], "198.51.100.7")]
    #[case::quoted(PROXY, &["for=1.1.1.1, for=\"[2001:db8::1]:4711\""], "2001:db8::1")]
    #[case::a_comma_in_quotes(PROXY, &["for=198.51.100.7;ext=\"a, for=1.1.1.1\""], "198.51.100.7")]
    #[case::a_quote_in_quotes(PROXY, &["for=198.51.100.7;ext=\"a\\\", for=1.1.1.1\""], "198.51.100.7")]
    #[case::unknown(PROXY, &["for=198.51.100.7, for=unknown"], PROXY)]
    #[case::made_up(PROXY, &["for=_hidden, for=10.0.0.7"], "10.0.0.7")]
    fn the_standard_header_is_read_as_its_rfc_says(
        #[case] peer: &str,
        #[case] lines: &[&'static str],
        #[case] is: &str,
    ) {
        assert_eq!(client(ProxyHeader::Forwarded, peer, lines), is);
    }

    #[test]
    fn addresses_that_one_subscriber_has_count_as_one() {
        let network = |text: &str| ClientAddress::new(text.parse().expect("an address")).network();
        assert_eq!(network("2001:db8:1:2::1"), network("2001:db8:1:2:ffff::9"));
        assert_ne!(network("2001:db8:1:2::1"), network("2001:db8:1:3::1"));
        assert_ne!(network("192.0.2.1"), network("192.0.2.2"));
        assert_eq!(network("::ffff:192.0.2.1"), network("192.0.2.1"));
    }
}
