//! Gives this proxy its identity: a key that exists as long as the process.

use std::fmt;
use std::sync::Arc;

use nws_protocol::ProxyId;
use rcgen::{KeyPair, PKCS_ED25519};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ClientConfig, ServerConfig};

use super::certificate::{certificate, id_of};
use super::config;

/// A key, the certificate that shows its public half, and the id that follows from it. It is made
/// at every start and never stored, so that no one recognizes a machine by it.
#[derive(Clone)]
pub(crate) struct Identity {
    id: ProxyId,
    server: Arc<ServerConfig>,
    client: Arc<ClientConfig>,
}

/// No identity could be made: the system gives no random numbers.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// The key or the certificate could not be made.
    #[error("cannot make a key")]
    Key(#[from] rcgen::Error),
    /// TLS does not accept the key.
    #[error("cannot use the key for TLS")]
    Tls(#[from] rustls::Error),
}

impl Identity {
    /// Draws a new key.
    pub(crate) fn generate() -> Result<Self, IdentityError> {
        let key = KeyPair::generate_for(&PKCS_ED25519)?;
        let certificate = certificate(&key)?;
        let id = id_of(&certificate)
            .ok_or(rustls::Error::InvalidCertificate(rustls::CertificateError::BadEncoding))?;
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
        Ok(Self {
            id,
            server: Arc::new(config::server(certificate.clone(), key.clone_key())?),
            client: Arc::new(config::client(certificate, key)?),
        })
    }

    /// The id by which other proxies know this one.
    pub(crate) fn id(&self) -> &ProxyId {
        &self.id
    }

    /// The configuration with which it answers.
    pub(super) fn server(&self) -> Arc<ServerConfig> {
        Arc::clone(&self.server)
    }

    /// The configuration with which it connects.
    pub(super) fn client(&self) -> Arc<ClientConfig> {
        Arc::clone(&self.client)
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Identity({})", self.id)
    }
}
