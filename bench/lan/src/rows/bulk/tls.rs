//! The same copy over TLS 1.3, with the cipher that proxies agree on.

use std::io::{self, BufReader, Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::thread;

use anyhow::{Context, Result, anyhow};
use nws_tests::lab::Machine;
use rcgen::CertifiedKey;
use rustls::crypto::CryptoProvider;
use rustls::crypto::aws_lc_rs::{cipher_suite, default_provider};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, ServerName};
use rustls::version::TLS13;
use rustls::{ClientConfig, ClientConnection, RootCertStore, ServerConfig, ServerConnection, StreamOwned};

use super::{Amount, cable, copy};

/// The name in the certificate.
pub(in crate::rows) const NAME: &str = "lan";

/// Bytes of a buffer for reading ahead. rustls asks for 4 KiB at a time. A reader may take these
/// from the socket, or from this buffer.
const READ_AHEAD: usize = 256 * 1024;

/// MiB a second. The handshake does not count, as a link exists before anything is sent.
pub(super) fn measure(machines: [&Machine; 2], amount: Amount) -> Result<f64> {
    let [near, far] = cable(machines)?;
    between(near, far, amount)
}

/// Does the same with a reader that asks the kernel for much at once.
pub(super) fn measure_read_ahead(machines: [&Machine; 2], amount: Amount) -> Result<f64> {
    let [near, far] = cable(machines)?;
    between(near, ReadAhead::new(far), amount)
}

fn between(near: TcpStream, far: impl Read + Write + Send, amount: Amount) -> Result<f64> {
    let ((client, near), (server, far)) = shaken(near, far)?;
    copy::between(StreamOwned::new(client, near), StreamOwned::new(server, far), amount)
}

/// Both ends of TLS on this connection, after the handshake.
pub(super) fn shaken<F: Read + Write + Send>(
    mut near: TcpStream,
    mut far: F,
) -> Result<((ClientConnection, TcpStream), (ServerConnection, F))> {
    let (mut client, mut server) = ends()?;
    thread::scope(|scope| {
        let shake = scope.spawn(|| server.complete_io(&mut far));
        client.complete_io(&mut near)?;
        shake.join().map_err(|_| anyhow!("the server panicked"))??;
        anyhow::Ok(())
    })?;
    Ok(((client, near), (server, far)))
}

/// A connection from which much is read at once.
pub(super) struct ReadAhead(BufReader<TcpStream>);

impl ReadAhead {
    pub(super) fn new(stream: TcpStream) -> Self {
        Self(BufReader::with_capacity(READ_AHEAD, stream))
    }
}

impl Read for ReadAhead {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer)
    }
}

impl Write for ReadAhead {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.get_mut().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.get_mut().flush()
    }
}

fn ends() -> Result<(ClientConnection, ServerConnection)> {
    let (client, server) = configs()?;
    Ok((ClientConnection::new(client, ServerName::try_from(NAME)?)?, ServerConnection::new(server)?))
}

/// What both ends need.
pub(in crate::rows) fn configs() -> Result<(Arc<ClientConfig>, Arc<ServerConfig>)> {
    let CertifiedKey { cert, signing_key } = rcgen::generate_simple_self_signed([NAME.to_owned()])?;
    let key = PrivatePkcs8KeyDer::from(signing_key.serialize_der());
    Ok((Arc::new(client(cert.der())?), Arc::new(server(cert.der(), key.into())?)))
}

fn client(certificate: &CertificateDer<'static>) -> Result<ClientConfig> {
    let mut roots = RootCertStore::empty();
    roots.add(certificate.clone()).context("the certificate is not accepted")?;
    let config = ClientConfig::builder_with_provider(provider()).with_protocol_versions(&[&TLS13])?;
    Ok(config.with_root_certificates(roots).with_no_client_auth())
}

fn server(certificate: &CertificateDer<'static>, key: PrivateKeyDer<'static>) -> Result<ServerConfig> {
    let config = ServerConfig::builder_with_provider(provider()).with_protocol_versions(&[&TLS13])?;
    let mut config = config.with_no_client_auth().with_single_cert(vec![certificate.clone()], key)?;
    config.send_tls13_tickets = 0;
    Ok(config)
}

fn provider() -> Arc<CryptoProvider> {
    let cipher_suites = vec![cipher_suite::TLS13_AES_128_GCM_SHA256];
    Arc::new(CryptoProvider { cipher_suites, ..default_provider() })
}
