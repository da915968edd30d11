//! A network of a command's own (Linux): its process sees loopback and nothing else, a hosts file in which the vendor's
//! names are loopback, and files of CAs that hold the server's CA too. Nothing of this is seen from outside, and nothing
//! needs a privilege where the system lets users make namespaces.

use std::fs;
use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};

use nix::mount::{MsFlags, mount};
use nix::sched::{CloneFlags, unshare};
use nix::unistd::{getegid, geteuid};
use tempfile::TempDir;

use super::loopback;
use crate::tls::vendor_hosts;

/// Where systems keep the CAs that they trust.
const SYSTEM_BUNDLES: [&str; 5] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
];
/// Where a daemon that answers questions about names listens: it lives in the outer network and would answer from there.
const NAME_DAEMON: &str = "/run/nscd";

/// Why there is no network of its own.
#[derive(Debug, thiserror::Error)]
pub enum IsolationError {
    /// The system does not let this user have namespaces.
    #[error(
        "--isolated is not possible here: the system does not let this user {step} ({reason}); {why}; without --isolated the command runs with a proxy"
    )]
    Namespace {
        /// What was tried.
        step: &'static str,
        /// What the system says.
        reason: io::Error,
        /// What keeps it from being possible, as far as it can be told.
        why: String,
    },
    /// A file cannot be prepared or put in its place.
    #[error("--isolated cannot {doing} {}: {reason}", path.display())]
    File {
        /// What was tried.
        doing: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system says.
        reason: io::Error,
    },
}

/// The ports inside on which the vendor's clients call.
pub struct Inside {
    /// 443.
    pub https: TcpListener,
    /// 80.
    pub http: TcpListener,
}

/// The files of CAs that the command may read, and the CA that they are to hold.
#[derive(Debug)]
pub struct Bundles {
    ca_file: PathBuf,
    files: Vec<PathBuf>,
}

impl Bundles {
    /// The system's files and `more`.
    pub fn new(ca_file: &Path, more: &[PathBuf]) -> Self {
        let system = SYSTEM_BUNDLES.iter().map(PathBuf::from).filter(|path| path.is_file());
        Self { ca_file: ca_file.to_owned(), files: system.chain(more.iter().cloned()).collect() }
    }
}

/// Gives this process a user namespace of its own, in which it may make the others. The user stays who it is.
///
/// # Errors
/// The system does not allow it; or this process has more than one thread.
pub fn enter_user_namespace() -> Result<(), IsolationError> {
    let (user, group) = (geteuid(), getegid());
    let refused = |step| move |reason: io::Error| IsolationError::Namespace { step, reason, why: why() };
    unshare(CloneFlags::CLONE_NEWUSER).map_err(io::Error::from).map_err(refused("make a user namespace"))?;
    // Kernels let an unprivileged process map its group only where no group can be dropped.
    let write = |file: &str, text: String| fs::write(format!("/proc/self/{file}"), text);
    write("setgroups", "deny".to_owned())
        .and_then(|()| write("uid_map", format!("{user} {user} 1")))
        .and_then(|()| write("gid_map", format!("{group} {group} 1")))
        .map_err(refused("map itself into a user namespace"))
}

/// Gives this thread, and the processes that it starts, a network and a table of mounts of their own.
///
/// # Errors
/// The system does not allow it; or a file cannot be put in its place.
pub fn enter_network(bundles: &Bundles) -> Result<Inside, IsolationError> {
    let refused = |step| move |reason: io::Error| IsolationError::Namespace { step, reason, why: why() };
    unshare(CloneFlags::CLONE_NEWNS | CloneFlags::CLONE_NEWNET)
        .map_err(io::Error::from)
        .map_err(refused("make a network namespace"))?;
    // What is mounted from here on stays in here.
    mount(None::<&str>, "/", None::<&str>, MsFlags::MS_REC | MsFlags::MS_PRIVATE, None::<&str>)
        .map_err(io::Error::from)
        .map_err(refused("keep its mounts to itself"))?;
    loopback::bring_up().map_err(refused("bring up a loopback interface"))?;
    let listen = |port| {
        TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map_err(refused("listen on the vendor's ports"))
    };
    let inside = Inside { https: listen(443)?, http: listen(80)? };

    let file = |doing, path: &Path, reason| IsolationError::File { doing, path: path.to_owned(), reason };
    let directory = TempDir::new().map_err(|reason| file("make a file in", Path::new("/tmp"), reason))?;
    let put = |text: &[u8], name: &str, over: &Path| {
        let source = directory.path().join(name);
        fs::write(&source, text).map_err(|reason| file("write", &source, reason))?;
        mount_over(&source, over).map_err(|reason| file("put its own file over", over, reason))
    };
    put(hosts().as_bytes(), "hosts", Path::new("/etc/hosts"))?;
    let switch = Path::new("/etc/nsswitch.conf");
    if let Ok(text) = fs::read_to_string(switch) {
        put(only_files(&text).as_bytes(), "nsswitch.conf", switch)?;
    }
    let ca = fs::read(&bundles.ca_file).map_err(|reason| file("read", &bundles.ca_file, reason))?;
    for (number, bundle) in bundles.files.iter().enumerate() {
        let mut text = fs::read(bundle).map_err(|reason| file("read", bundle, reason))?;
        text.push(b'\n');
        text.extend_from_slice(&ca);
        put(&text, &format!("bundle-{number}.pem"), bundle)?;
    }
    if Path::new(NAME_DAEMON).is_dir() {
        mount(Some("none"), NAME_DAEMON, Some("tmpfs"), MsFlags::empty(), None::<&str>)
            .map_err(|errno| file("cover", Path::new(NAME_DAEMON), errno.into()))?;
    }
    // The files are reached by what lies over them; their names may go.
    Ok(inside)
}

fn mount_over(source: &Path, over: &Path) -> io::Result<()> {
    mount(Some(source), over, None::<&str>, MsFlags::MS_BIND, None::<&str>).map_err(io::Error::from)
}

/// The hosts file inside: loopback, this machine and every name of the vendor that is known.
fn hosts() -> String {
    let mut text = String::from("127.0.0.1 localhost\n::1 localhost\n");
    if let Ok(name) = fs::read_to_string("/proc/sys/kernel/hostname") {
        text.push_str(&format!("127.0.0.1 {}\n", name.trim()));
    }
    for host in vendor_hosts::all() {
        text.push_str(&format!("127.0.0.1 {host}\n"));
    }
    text
}

/// Where names are looked up, less everything that asks somebody.
fn only_files(text: &str) -> String {
    let others = text.lines().filter(|line| !line.trim_start().starts_with("hosts:"));
    others.fold(String::from("hosts: files\n"), |kept, line| kept + line + "\n")
}

/// What commonly keeps a user from having namespaces, as far as it shows.
fn why() -> String {
    explain(|path| fs::read_to_string(path).ok())
}

fn explain(read: impl Fn(&str) -> Option<String>) -> String {
    let holds = |path: &str, value: &str| read(path).is_some_and(|text| text.trim() == value);
    for (path, value, words) in [
        ("/proc/sys/user/max_user_namespaces", "0", "user.max_user_namespaces is 0: raise it with sysctl"),
        (
            "/proc/sys/kernel/unprivileged_userns_clone",
            "0",
            "kernel.unprivileged_userns_clone is 0: set it to 1 with sysctl",
        ),
        (
            "/proc/sys/kernel/apparmor_restrict_unprivileged_userns",
            "1",
            "kernel.apparmor_restrict_unprivileged_userns is 1: set it to 0 with sysctl, or give ramward an AppArmor profile with userns",
        ),
    ] {
        if holds(path, value) {
            return words.to_owned();
        }
    }
    "a container usually forbids namespaces to what runs in it: allow them in its seccomp profile, or run outside of it".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hosts_file_leads_every_name_to_loopback() {
        let text = hosts();
        for host in ["localhost", "ims.aliyuncs.com", "sts.cn-beijing.aliyuncs.com"] {
            assert!(text.lines().any(|line| line == format!("127.0.0.1 {host}")), "{host}");
        }
        assert!(text.lines().all(|line| line.starts_with("127.") || line.starts_with("::1 ")));
    }

    #[test]
    fn names_are_looked_up_in_files_alone() {
        let text =
            "passwd: files systemd\nhosts: mymachines resolve [!UNAVAIL=return] files dns\nnetworks: files";
        assert_eq!(only_files(text), "hosts: files\npasswd: files systemd\nnetworks: files\n");
    }

    #[test]
    fn what_keeps_it_from_being_possible_is_told() {
        for (path, value, word) in [
            ("/proc/sys/user/max_user_namespaces", "0\n", "user.max_user_namespaces"),
            ("/proc/sys/kernel/unprivileged_userns_clone", "0\n", "kernel.unprivileged_userns_clone"),
            ("/proc/sys/kernel/apparmor_restrict_unprivileged_userns", "1\n", "AppArmor"),
            ("/proc/sys/user/max_user_namespaces", "1000\n", "a container"),
        ] {
            let words = explain(|asked| (asked == path).then(|| value.to_owned()));
            assert!(words.contains(word), "{words}");
        }
    }
}
