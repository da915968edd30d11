//! IP networks in CIDR notation: who may log on from where, and what a policy's condition on an address means.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

/// A network, or with a full prefix a single address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Network {
    /// Its bits beyond the prefix are zero.
    address: IpAddr,
    prefix: u8,
}

/// The text is no network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a network looks like 10.0.0.0/8, 2001:db8::/32 or 192.0.2.1")]
pub struct BadNetwork;

impl Network {
    /// Whether `address` lies in it. An IPv4 address mapped into IPv6 is the IPv4 address.
    pub fn contains(&self, address: IpAddr) -> bool {
        masked(address.to_canonical(), self.prefix) == Some(self.address)
    }
}

const fn width(address: IpAddr) -> u8 {
    match address {
        IpAddr::V4(_) => 32,
        IpAddr::V6(_) => 128,
    }
}

/// The address without its bits beyond `prefix`; `None` if it has fewer bits than that.
fn masked(address: IpAddr, prefix: u8) -> Option<IpAddr> {
    let beyond = u32::from(width(address).checked_sub(prefix)?);
    Some(match address {
        IpAddr::V4(v4) => IpAddr::V4((v4.to_bits() & u32::MAX.checked_shl(beyond).unwrap_or(0)).into()),
        IpAddr::V6(v6) => IpAddr::V6((v6.to_bits() & u128::MAX.checked_shl(beyond).unwrap_or(0)).into()),
    })
}

/// Bits beyond the prefix may be set, as administrators write them; they do not count.
impl FromStr for Network {
    type Err = BadNetwork;

    fn from_str(text: &str) -> Result<Self, BadNetwork> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| BadNetwork)?;
        let prefix = match prefix {
            None => width(address),
            // The number parser alone would take "+8" and "08".
            Some(text) if text.starts_with('+') || (text.len() > 1 && text.starts_with('0')) => {
                return Err(BadNetwork);
            }
            Some(text) => text.parse().map_err(|_| BadNetwork)?,
        };
        let address = masked(address, prefix).ok_or(BadNetwork)?;
        Ok(Self { address, prefix })
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.prefix)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_inside_or_outside() {
        let rows = [
            ("10.0.0.0/8", "10.255.255.255", true),
            ("10.0.0.0/8", "11.0.0.0", false),
            ("10.1.2.3/8", "10.200.0.1", true),
            ("192.0.2.1", "192.0.2.1", true),
            ("192.0.2.1", "192.0.2.2", false),
            ("192.0.2.0/31", "192.0.2.1", true),
            ("192.0.2.0/31", "192.0.2.2", false),
            ("0.0.0.0/0", "255.255.255.255", true),
            ("0.0.0.0/0", "::1", false),
            ("::/0", "::1", true),
            ("::/0", "1.2.3.4", false),
            ("2001:db8::/33", "2001:db8:7fff::1", true),
            ("2001:db8::/33", "2001:db8:8000::1", false),
            ("2001:db8::1", "2001:db8::1", true),
            ("10.0.0.0/8", "::ffff:10.1.1.1", true),
            ("10.0.0.0/8", "::ffff:11.1.1.1", false),
        ];
        for (network, address, inside) in rows {
            let (network, address): (Network, IpAddr) = (network.parse().unwrap(), address.parse().unwrap());
            assert_eq!(network.contains(address), inside, "{network} {address}");
        }
    }

    #[test]
    fn what_is_no_network_is_refused() {
        let refused = [
            "",
            "/",
            "10.0.0.0/",
            "/8",
            "10.0.0/8",
            "10.0.0.0/33",
            "::/129",
            "10.0.0.0/-1",
            "10.0.0.0/+8",
            "10.0.0.0/08",
            "10.0.0.0/8/8",
            " 10.0.0.0/8",
            "10.0.0.0 /8",
            "010.0.0.0/8",
            "256.0.0.0/8",
            "example.com",
            "10.0.0.0/255.0.0.0",
            "[::1]/64",
            "fe80::1%eth0",
        ];
        for text in refused {
            assert_eq!(text.parse::<Network>(), Err(BadNetwork), "{text}");
        }
        assert_eq!("10.1.2.3/8".parse::<Network>().unwrap().to_string(), "10.0.0.0/8");
    }
}
