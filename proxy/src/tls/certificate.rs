//! Makes the certificate of a proxy, and reads the id of a proxy from one.

use nws_protocol::ProxyId;
use rcgen::{CertificateParams, DistinguishedName, KeyPair};
use rustls::pki_types::CertificateDer;
use sha2::{Digest, Sha256};
use webpki::EndEntityCert;

/// A certificate that shows the key and nothing else: no name, no machine, and the same time for
/// all.
pub(super) fn certificate(key: &KeyPair) -> Result<CertificateDer<'static>, rcgen::Error> {
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params.serial_number = Some(1.into());
    Ok(params.self_signed(key)?.into())
}

/// The id of the proxy that holds the key of `certificate`; `None` if it cannot be read.
pub(super) fn id_of(certificate: &CertificateDer<'_>) -> Option<ProxyId> {
    let key = EndEntityCert::try_from(certificate).ok()?.subject_public_key_info();
    Some(ProxyId::from_digest(&Sha256::digest(&key).into()))
}
