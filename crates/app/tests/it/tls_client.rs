//! A client of the doors that speaks TLS, byte for byte: which versions it offers, which name it asks for, whom it trusts.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::version::{TLS12, TLS13};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned, SupportedProtocolVersion};

use crate::door::{PATIENCE, Reply};

pub const BOTH: &[&SupportedProtocolVersion] = &[&TLS13, &TLS12];

/// A connection over TLS.
pub type Secured = StreamOwned<ClientConnection, TcpStream>;

/// A socket that does not wait for ever.
pub fn connect(address: SocketAddr) -> TcpStream {
    let socket = TcpStream::connect(address).unwrap();
    socket.set_read_timeout(Some(PATIENCE)).unwrap();
    socket.set_write_timeout(Some(PATIENCE)).unwrap();
    socket
}

/// Speaks TLS on `socket` with whoever is `name` and vouched for by the CA in `ca_file`.
///
/// # Errors
/// What the TLS library says of the handshake.
pub fn secure(
    socket: TcpStream,
    ca_file: &str,
    name: &str,
    versions: &[&'static SupportedProtocolVersion],
) -> std::io::Result<Secured> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(ca_file).unwrap()).unwrap();
    let config = ClientConfig::builder_with_protocol_versions(versions)
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from(name.to_owned()).unwrap();
    let connection = ClientConnection::new(Arc::new(config), name).unwrap();
    let mut stream = StreamOwned::new(connection, socket);
    stream.conn.complete_io(&mut stream.sock)?;
    Ok(stream)
}

/// Sends bytes and reads the answer.
pub fn ask(stream: &mut (impl Read + Write), bytes: impl AsRef<[u8]>) -> Reply {
    stream.write_all(bytes.as_ref()).unwrap();
    stream.flush().unwrap();
    Reply::read(stream)
}
