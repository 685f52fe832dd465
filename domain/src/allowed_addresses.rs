//! From which addresses an API key works.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use ipnet::IpNet;

use super::thai::normal_form;

/// Networks that one key may be bound to.
const MOST: usize = 32;
/// Longer texts than any list of that many.
const LONGEST: usize = 2_000;

/// A list of networks; empty = from anywhere.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AllowedAddresses(Vec<IpNet>);

/// Why a text is no list of addresses.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadAddresses {
    /// A part that is neither an address nor a network.
    #[error("\"{0}\" is no address such as 192.0.2.7 and no network such as 10.0.0.0/8")]
    Shape(String),
    /// An address within a network where the network itself is meant, or the address alone.
    #[error("\"{typed}\" is an address in a network: {network}, or the address alone?")]
    HostBits {
        /// As it was typed.
        typed: String,
        /// The network.
        network: IpNet,
    },
    /// More than a key may be bound to.
    #[error("must be at most {MOST} addresses and networks")]
    TooMany,
}

impl BadAddresses {
    /// The same for people who read Thai.
    #[must_use]
    pub fn thai(&self) -> String {
        match self {
            Self::Shape(part) => format!("\"{part}\" ไม่ใช่หมายเลขไอพี เช่น 192.0.2.7 หรือเครือข่าย เช่น 10.0.0.0/8"),
            Self::HostBits { typed, network } => {
                format!("\"{typed}\" เป็นหมายเลขหนึ่งในเครือข่าย หมายถึง {network} หรือหมายเลขนั้นเพียงหมายเลขเดียว")
            }
            Self::TooMany => format!("ระบุได้ไม่เกิน {MOST} รายการ"),
        }
    }
}

impl FromStr for AllowedAddresses {
    type Err = BadAddresses;

    /// Addresses and networks, with commas, blanks or line ends between them.
    fn from_str(text: &str) -> Result<Self, BadAddresses> {
        if text.len() > LONGEST {
            return Err(BadAddresses::TooMany);
        }
        let text = normal_form(text);
        let mut networks = Vec::new();
        for part in text.split(|c: char| c.is_whitespace() || c == ',' || c == ';').filter(|part| !part.is_empty()) {
            let network = parse_network(part)?;
            if !networks.contains(&network) {
                networks.push(network);
            }
        }
        if networks.len() > MOST { Err(BadAddresses::TooMany) } else { Ok(Self(networks)) }
    }
}

fn parse_network(part: &str) -> Result<IpNet, BadAddresses> {
    if let Ok(address) = part.parse::<IpAddr>() {
        return Ok(address.to_canonical().into());
    }
    let shape = || BadAddresses::Shape(part.chars().take(60).collect());
    let network: IpNet = part.parse().map_err(|_| shape())?;
    // clients are known by their IPv4 address, so that such a network would let nobody in
    if matches!(network, IpNet::V6(net) if net.addr().to_ipv4_mapped().is_some()) {
        return Err(shape());
    }
    if network.trunc() != network {
        return Err(BadAddresses::HostBits { typed: part.to_owned(), network: network.trunc() });
    }
    Ok(network)
}

impl AllowedAddresses {
    /// As the database keeps them; what it cannot have kept lets nobody in.
    #[must_use]
    pub fn from_kept(kept: &[String]) -> Option<Self> {
        kept.iter().map(|network| network.parse().ok()).collect::<Option<_>>().map(Self)
    }

    /// The networks as the database keeps them.
    #[must_use]
    pub fn to_kept(&self) -> Vec<String> {
        self.0.iter().map(ToString::to_string).collect()
    }

    /// Whether a client at `address` is let in.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.is_empty() || self.0.iter().any(|network| network.contains(&address))
    }
}

impl fmt::Display for AllowedAddresses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_kept().join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<AllowedAddresses, BadAddresses> {
        text.parse()
    }

    #[test]
    fn a_list_is_read_as_people_type_it() {
        let list = read("10.0.0.0/8, ๑๙๒.๐.๒.๗\n2001:db8::/32;10.0.0.0/8").expect("a list");
        assert_eq!(list.to_string(), "10.0.0.0/8, 192.0.2.7/32, 2001:db8::/32");
        assert_eq!(AllowedAddresses::from_kept(&list.to_kept()), Some(list.clone()));
        for (address, inside) in
            [("10.9.8.7", true), ("::ffff:10.9.8.7", true), ("192.0.2.8", false), ("2001:db8::1", true), ("::1", false)]
        {
            assert_eq!(list.contains(address.parse().expect("an address")), inside, "{address}");
        }
        assert!(read(" ").expect("nothing").contains("192.0.2.8".parse().expect("an address")));
    }

    #[test]
    fn what_lets_in_others_than_were_meant_is_refused() {
        let meant = read("10.1.2.3/8").expect_err("host bits").to_string();
        assert_eq!(meant, "\"10.1.2.3/8\" is an address in a network: 10.0.0.0/8, or the address alone?");
        for bad in ["10.0.0", "10.0.0.0/33", "example.go.th", "::ffff:10.0.0.0/104", "\0"] {
            assert!(matches!(read(bad), Err(BadAddresses::Shape(_))), "{bad}");
        }
        let many = (0..33).map(|n| format!("10.0.{n}.0/24")).collect::<Vec<_>>().join(" ");
        assert_eq!(read(&many), Err(BadAddresses::TooMany));
        assert_eq!(read(&"1".repeat(3_000)), Err(BadAddresses::TooMany));
    }
}
