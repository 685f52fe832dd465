//! The address of a database that may name several hosts, of which one takes writes at a time.
//!
//! `postgres://user@db1:5432,db2:5432/name?target_session_attrs=read-write`, as libpq reads it. The URL standard knows
//! one host only, so the list is taken apart here, before anything parses it.

/// What one address asks for.
#[derive(Clone, PartialEq, Eq)]
pub struct Address {
    /// One address for each host that is named, in order.
    pub hosts: Vec<String>,
    /// Whether only a host that takes writes will do.
    pub writable: bool,
}

/// Why an address is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadAddress {
    /// It is no address.
    #[error("must be an address such as postgres://user@host/database")]
    Malformed,
    /// One of several hosts is empty.
    #[error("names an empty host between two commas")]
    EmptyHost,
    /// Standbys cannot be written to.
    #[error("must have target_session_attrs=read-write, as standbys cannot be written to")]
    Standby,
}

impl Address {
    /// Takes an address apart. Several hosts always mean the one among them that takes writes.
    ///
    /// # Errors
    /// A host is empty, or the address asks for a standby.
    pub fn parse(text: &str) -> Result<Self, BadAddress> {
        let (scheme, rest) = text.split_once("://").ok_or(BadAddress::Malformed)?;
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, tail) = rest.split_at(end);
        let (user, names) = authority.rfind('@').map_or(("", authority), |at| authority.split_at(at + 1));
        let (path, query) = tail.split_once('?').unwrap_or((tail, ""));
        let (asked, kept): (Vec<&str>, Vec<&str>) = query
            .split('&')
            .filter(|pair| !pair.is_empty())
            .partition(|pair| pair.starts_with("target_session_attrs="));
        let asked = asked.last().and_then(|pair| pair.split_once('=')).map(|(_, value)| value);
        let names: Vec<&str> = names.split(',').collect();
        let several = names.len() > 1;
        if several && names.contains(&"") {
            return Err(BadAddress::EmptyHost);
        }
        let writable = match asked {
            None => several,
            Some("read-write" | "primary") => true,
            Some("any") if !several => false,
            Some(_) => return Err(BadAddress::Standby),
        };
        let query = if kept.is_empty() { String::new() } else { format!("?{}", kept.join("&")) };
        let hosts = names.iter().map(|name| format!("{scheme}://{user}{name}{path}{query}")).collect();
        Ok(Self { hosts, writable })
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("postgres://u:p@a:1,b/gcc?sslmode=require", &["postgres://u:p@a:1/gcc?sslmode=require", "postgres://u:p@b/gcc?sslmode=require"], true)]
    #[case("postgres://a,b,c/gcc?target_session_attrs=read-write", &["postgres://a/gcc", "postgres://b/gcc", "postgres://c/gcc"], true)]
    #[case("postgres://a/gcc?target_session_attrs=primary&sslmode=disable", &["postgres://a/gcc?sslmode=disable"], true)]
    #[case("postgres://u@localhost:5432/gcc?host=%2Ftmp%2Fa,b", &["postgres://u@localhost:5432/gcc?host=%2Ftmp%2Fa,b"], false)]
    #[case("postgres://u:a,b@[::1]:5,[::2]:6", &["postgres://u:a,b@[::1]:5", "postgres://u:a,b@[::2]:6"], true)]
    #[case("postgres://a/gcc?target_session_attrs=any", &["postgres://a/gcc"], false)]
    fn each_host_gets_an_address_of_its_own(#[case] text: &str, #[case] hosts: &[&str], #[case] writable: bool) {
        let address = Address::parse(text).expect("a good address");
        assert_eq!((address.hosts, address.writable), (hosts.iter().map(ToString::to_string).collect(), writable));
    }

    #[rstest]
    #[case("postgres", BadAddress::Malformed)]
    #[case("postgres://a,,b/gcc", BadAddress::EmptyHost)]
    #[case("postgres://a,b/gcc?target_session_attrs=any", BadAddress::Standby)]
    #[case("postgres://a/gcc?target_session_attrs=standby", BadAddress::Standby)]
    fn an_address_that_cannot_be_meant_is_refused(#[case] text: &str, #[case] why: BadAddress) {
        assert_eq!(Address::parse(text).err(), Some(why));
    }
}
