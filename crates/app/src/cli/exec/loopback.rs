//! Brings up the loopback interface of a new network namespace: one netlink message, and its acknowledgement
//! (rtnetlink(7), netlink(7)).

use std::fs::File;
use std::io::{self, ErrorKind, Read, Write};

use nix::sys::socket::{AddressFamily, SockFlag, SockProtocol, SockType, socket};

/// Loopback is the first interface of every namespace.
const LOOPBACK: i32 = 1;
const RTM_NEWLINK: u16 = 16;
const NLMSG_ERROR: u16 = 2;
const NLM_F_REQUEST: u16 = 1;
const NLM_F_ACK: u16 = 4;
const IFF_UP: u32 = 1;
/// Of a header, of an interface message.
const HEADER: usize = 16;
const LENGTH: u32 = 32;

/// Brings it up; 127.0.0.1 and ::1 come with it.
///
/// # Errors
/// What the system says.
pub fn bring_up() -> io::Result<()> {
    let socket =
        socket(AddressFamily::Netlink, SockType::Raw, SockFlag::SOCK_CLOEXEC, SockProtocol::NetlinkRoute)?;
    let mut socket = File::from(socket);
    socket.write_all(&message())?;
    let mut answer = [0; 512];
    let length = socket.read(&mut answer)?;
    acknowledged(answer.get(..length).unwrap_or_default())
}

fn message() -> Vec<u8> {
    let mut message = Vec::new();
    message.extend(LENGTH.to_ne_bytes());
    message.extend(RTM_NEWLINK.to_ne_bytes());
    message.extend((NLM_F_REQUEST | NLM_F_ACK).to_ne_bytes());
    // Sequence and port: there is one message, and the kernel knows whose it is.
    message.extend([0; 8]);
    // Family and type of the interface are not said.
    message.extend([0; 4]);
    message.extend(LOOPBACK.to_ne_bytes());
    message.extend(IFF_UP.to_ne_bytes());
    // Which flags are meant: this one.
    message.extend(IFF_UP.to_ne_bytes());
    message
}

/// An acknowledgement is an error message whose error is none.
fn acknowledged(answer: &[u8]) -> io::Result<()> {
    let kind = answer.get(4..6).and_then(|bytes| Some(u16::from_ne_bytes(bytes.try_into().ok()?)));
    let error =
        answer.get(HEADER..HEADER + 4).and_then(|bytes| Some(i32::from_ne_bytes(bytes.try_into().ok()?)));
    match (kind, error) {
        (Some(NLMSG_ERROR), Some(0)) => Ok(()),
        (Some(NLMSG_ERROR), Some(error)) => Err(io::Error::from_raw_os_error(error.saturating_neg())),
        _ => Err(io::Error::new(ErrorKind::InvalidData, "the kernel's answer is not readable")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_message_is_as_long_as_it_says() {
        assert_eq!(message().len(), LENGTH as usize);
    }

    #[test]
    fn answers_are_read() {
        let answer = |kind: u16, error: i32| {
            let mut bytes = vec![0; 36];
            bytes[4..6].copy_from_slice(&kind.to_ne_bytes());
            bytes[16..20].copy_from_slice(&error.to_ne_bytes());
            acknowledged(&bytes)
        };
        assert!(answer(NLMSG_ERROR, 0).is_ok());
        assert_eq!(answer(NLMSG_ERROR, -1).unwrap_err().kind(), ErrorKind::PermissionDenied);
        assert!(answer(3, 0).is_err());
        assert!(acknowledged(b"").is_err());
    }
}
