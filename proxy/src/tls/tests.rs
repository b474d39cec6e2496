//! Tests real handshakes in memory, with honest and with hostile ends.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use rcgen::{KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_ED25519};
use rustls::client::{ResolvesClientCert, Resumption};
use rustls::crypto::aws_lc_rs::sign;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::{ClientConfig, NamedGroup, ProtocolVersion, ServerConfig, SignatureScheme};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, copy_bidirectional, duplex};
use tokio::time::timeout;

use super::*;

type Ends = (Result<Secured<DuplexStream>, TlsError>, Result<Secured<DuplexStream>, TlsError>);

fn identity() -> Identity {
    Identity::generate().unwrap()
}

async fn within<T>(future: impl Future<Output = T>) -> T {
    timeout(Duration::from_secs(20), future).await.expect("no end after 20 s")
}

/// The results of the server and of the client.
async fn shake(server: &Identity, client: &Identity, expected: Option<&ProxyId>) -> Ends {
    let (near, far) = duplex(1 << 16);
    within(async { tokio::join!(accept(server, near), connect(client, far, expected)) }).await
}

/// The result of `server` with a client that has this configuration.
async fn dialled_by(server: &Identity, client: ClientConfig) -> Result<Secured<DuplexStream>, TlsError> {
    let (near, far) = duplex(1 << 16);
    let dial = async {
        let stream = TlsConnector::from(Arc::new(client)).connect(unused_name(), far).await;
        // A client takes itself for connected before the server has judged its certificate.
        if let Ok(mut stream) = stream {
            let _ = stream.read(&mut [0; 1]).await;
        }
    };
    let dial = async {
        dial.await;
        std::future::pending().await
    };
    within(async {
        tokio::select! {
            result = accept(server, near) => result,
            () = dial => unreachable!(),
        }
    })
    .await
}

/// The result of `client` with a server that has this configuration.
async fn answered_by(client: &Identity, server: ServerConfig) -> Result<Secured<DuplexStream>, TlsError> {
    let (near, far) = duplex(1 << 16);
    let answer = async {
        let _stream = TlsAcceptor::from(Arc::new(server)).accept(near).await;
        std::future::pending().await
    };
    within(async {
        tokio::select! {
            result = connect(client, far, None) => result,
            () = answer => unreachable!(),
        }
    })
    .await
}

fn reason(result: Result<Secured<DuplexStream>, TlsError>) -> String {
    result.expect_err("refused").to_string()
}

fn key(algorithm: &'static rcgen::SignatureAlgorithm) -> (CertificateDer<'static>, PrivateKeyDer<'static>) {
    let key = KeyPair::generate_for(algorithm).unwrap();
    let certificate = certificate::certificate(&key).unwrap();
    (certificate, PrivatePkcs8KeyDer::from(key.serialize_der()).into())
}

/// The configuration of an honest client, for tests to change.
fn client() -> ClientConfig {
    let (certificate, key) = key(&PKCS_ED25519);
    config::client(certificate, key).unwrap()
}

fn server() -> ServerConfig {
    let (certificate, key) = key(&PKCS_ED25519);
    config::server(certificate, key).unwrap()
}

/// Shows one certificate and signs with the key of another.
#[derive(Debug)]
struct Thief(Arc<CertifiedKey>);

impl Thief {
    fn with_certificate_of(victim: &CertificateDer<'static>) -> Self {
        let (_, own) = key(&PKCS_ED25519);
        let key = sign::any_eddsa_type(&PrivatePkcs8KeyDer::from(own.secret_der().to_vec())).unwrap();
        Self(Arc::new(CertifiedKey::new(vec![victim.clone()], key)))
    }
}

impl ResolvesClientCert for Thief {
    fn resolve(&self, _: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0))
    }

    fn has_certs(&self) -> bool {
        true
    }
}

impl ResolvesServerCert for Thief {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0))
    }
}

#[test]
fn an_id_is_another_one_after_every_start_and_that_of_the_key() {
    assert_ne!(identity().id(), identity().id());
    let [key, other] = [(), ()].map(|()| KeyPair::generate_for(&PKCS_ED25519).unwrap());
    let id = |key| certificate::id_of(&certificate::certificate(key).unwrap()).unwrap();
    assert_eq!(id(&key), id(&key));
    assert_ne!(id(&key), id(&other));
}

#[tokio::test]
async fn both_know_each_other_and_share_a_session() {
    let (a, b) = (identity(), identity());
    let (server, client) = shake(&a, &b, Some(a.id())).await;
    let (mut server, mut client) = (server.unwrap(), client.unwrap());
    assert_eq!((&server.peer, &client.peer), (b.id(), a.id()));
    assert_eq!(server.session, client.session);
    assert_ne!(server.session, [0; 32]);

    client.stream.write_all(b"hello").await.unwrap();
    client.stream.flush().await.unwrap();
    let mut bytes = [0; 5];
    within(server.stream.read_exact(&mut bytes)).await.unwrap();
    assert_eq!(&bytes, b"hello");
}

#[tokio::test]
async fn a_session_is_never_the_same_twice() {
    let (a, b) = (identity(), identity());
    let first = shake(&a, &b, None).await.0.unwrap().session;
    let second = shake(&a, &b, None).await.0.unwrap().session;
    assert_ne!(first, second);
}

#[tokio::test]
async fn it_is_tls_1_3_with_the_key_exchange_for_a_time_of_quantum_computers() {
    let (server, client) = shake(&identity(), &identity(), None).await;
    for end in [server.unwrap(), client.unwrap()] {
        let connection = end.stream.get_ref().1;
        assert_eq!(connection.protocol_version(), Some(ProtocolVersion::TLSv1_3));
        let group = connection.negotiated_key_exchange_group().unwrap();
        assert_eq!(group.name(), NamedGroup::X25519MLKEM768);
        assert_eq!(connection.handshake_kind(), Some(rustls::HandshakeKind::Full), "no second round trip");
        assert_eq!(connection.alpn_protocol(), Some(ALPN));
    }
}

#[tokio::test]
async fn no_name_is_sent_and_no_ticket_comes_back() {
    let (near, far) = duplex(1 << 16);
    let (client, server) = (identity(), identity());
    let accepting = async {
        let mut stream = TlsAcceptor::from(server.server()).accept(near).await.unwrap();
        stream.write_all(b"!").await.unwrap();
        stream.flush().await.unwrap();
        stream
    };
    let connecting = async {
        let mut stream = TlsConnector::from(client.client()).connect(unused_name(), far).await.unwrap();
        // Tickets would come before the first byte.
        stream.read_exact(&mut [0; 1]).await.unwrap();
        stream
    };
    let (server, client) = within(async { tokio::join!(accepting, connecting) }).await;
    assert_eq!(server.get_ref().1.server_name(), None);
    assert_eq!(client.get_ref().1.tls13_tickets_received(), 0);
}

#[tokio::test]
async fn another_proxy_than_the_one_dialled_is_refused() {
    let (a, b, other) = (identity(), identity(), identity());
    let (_, client) = shake(&a, &b, Some(other.id())).await;
    let Err(TlsError::Unexpected { expected, found }) = client else { panic!("{client:?}") };
    assert_eq!((&expected, &found), (other.id(), a.id()));
}

#[tokio::test]
async fn a_proxy_that_reaches_itself_refuses_on_both_sides() {
    let own = identity();
    let (server, client) = shake(&own, &own.clone(), Some(own.id())).await;
    assert!(matches!(server, Err(TlsError::Own)));
    assert!(matches!(client, Err(TlsError::Own)));
}

/// A handshake message of TLS 1.2 that does not mention later versions.
fn hello_of_tls_1_2(kind: u8, middle: &[u8], extensions: &[u8]) -> Vec<u8> {
    let mut body = vec![3, 3];
    body.extend([7; 32]);
    body.extend(middle);
    body.extend((extensions.len() as u16).to_be_bytes());
    body.extend(extensions);
    let mut record = vec![22, 3, 3];
    record.extend((body.len() as u16 + 4).to_be_bytes());
    record.extend([kind, 0]);
    record.extend((body.len() as u16).to_be_bytes());
    record.extend(body);
    record
}

/// The bytes of the alert for an unsupported protocol version.
const PROTOCOL_VERSION: [u8; 7] = [21, 3, 3, 0, 2, 2, 70];

#[tokio::test]
async fn a_client_of_tls_1_2_is_refused() {
    let (near, mut far) = duplex(1 << 16);
    // No session, ECDHE_ECDSA_AES128_GCM_SHA256, no compression; X25519, Ed25519.
    let middle = [0, 0, 2, 0xc0, 0x2b, 1, 0];
    let extensions = [0, 10, 0, 4, 0, 2, 0, 29, 0, 13, 0, 4, 0, 2, 8, 7];
    far.write_all(&hello_of_tls_1_2(1, &middle, &extensions)).await.unwrap();
    reason(within(accept(&identity(), near)).await);
    let mut alert = [0; 7];
    within(far.read_exact(&mut alert)).await.unwrap();
    assert_eq!(alert, PROTOCOL_VERSION);
}

#[tokio::test]
async fn a_server_of_tls_1_2_is_refused() {
    let (near, mut far) = duplex(1 << 16);
    // No session, ECDHE_ECDSA_AES128_GCM_SHA256, no compression; uncompressed points.
    let hello = hello_of_tls_1_2(2, &[0, 0xc0, 0x2b, 0], &[0, 11, 0, 2, 1, 0]);
    far.write_all(&hello).await.unwrap();
    reason(within(connect(&identity(), near, None)).await);
    let mut answer = Vec::new();
    within(far.read_to_end(&mut answer)).await.unwrap();
    assert!(answer.ends_with(&PROTOCOL_VERSION), "{:?}", answer.last_chunk::<7>());
}

#[tokio::test]
async fn a_client_without_a_certificate_is_refused() {
    let mut nameless = ClientConfig::builder_with_provider(Arc::new(config::provider()))
        .with_protocol_versions(&[&rustls::version::TLS13])
        .unwrap()
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier::KeyHolder))
        .with_no_client_auth();
    nameless.alpn_protocols = vec![ALPN.to_vec()];
    let refusal = reason(dialled_by(&identity(), nameless).await);
    assert!(refusal.contains("no certificates"), "{refusal}");
}

#[tokio::test]
async fn the_certificate_of_another_is_worth_nothing_without_its_key() {
    let (victim, _) = key(&PKCS_ED25519);
    let mut thief = client();
    thief.client_auth_cert_resolver = Arc::new(Thief::with_certificate_of(&victim));
    let refusal = reason(dialled_by(&identity(), thief).await);
    assert!(refusal.contains("BadSignature"), "{refusal}");

    let mut thief = server();
    thief.cert_resolver = Arc::new(Thief::with_certificate_of(&victim));
    let refusal = reason(answered_by(&identity(), thief).await);
    assert!(refusal.contains("BadSignature"), "{refusal}");
}

#[tokio::test]
async fn only_ed25519_counts() {
    let (certificate, key) = key(&PKCS_ECDSA_P256_SHA256);
    let mut other = client();
    let key = sign::any_supported_type(&key).unwrap();
    let shown = CertifiedKey::new(vec![certificate], key);
    other.client_auth_cert_resolver = Arc::new(Thief(Arc::new(shown)));
    // An honest TLS library does not even find a scheme to sign with.
    reason(dialled_by(&identity(), other).await);
    assert_eq!(verifier::SIGNATURES.supported_schemes(), [SignatureScheme::ED25519]);
}

#[tokio::test]
async fn a_chain_is_refused() {
    let (own, own_key) = key(&PKCS_ED25519);
    let (other, _) = key(&PKCS_ED25519);
    let key = sign::any_supported_type(&own_key).unwrap();
    let mut chained = client();
    let shown = CertifiedKey::new(vec![own, other], key);
    chained.client_auth_cert_resolver = Arc::new(Thief(Arc::new(shown)));
    let refusal = reason(dialled_by(&identity(), chained).await);
    assert!(refusal.contains("invalid peer certificate"), "{refusal}");
}

#[tokio::test]
async fn who_does_not_agree_on_the_protocol_is_refused() {
    let mut silent = client();
    silent.alpn_protocols.clear();
    assert!(matches!(dialled_by(&identity(), silent).await, Err(TlsError::Alpn)));
    let mut silent = server();
    silent.alpn_protocols.clear();
    assert!(matches!(answered_by(&identity(), silent).await, Err(TlsError::Alpn)));
    let mut other = client();
    other.alpn_protocols = vec![b"h2".to_vec()];
    reason(dialled_by(&identity(), other).await);
}

#[tokio::test]
async fn nothing_is_resumed() {
    let (server, mut resuming) = (identity(), client());
    resuming.resumption = Resumption::in_memory_sessions(8);
    for _ in 0..2 {
        let secured = dialled_by(&server, resuming.clone()).await.unwrap();
        let kind = secured.stream.get_ref().1.handshake_kind();
        assert_eq!(kind, Some(rustls::HandshakeKind::Full));
    }
}

/// A relay between two proxies that speaks TLS with both and passes on what they say.
#[tokio::test]
async fn a_man_in_the_middle_is_in_two_sessions() {
    let (a, b, middle) = (identity(), identity(), identity());
    let (a_end, to_a) = duplex(1 << 16);
    let (b_end, to_b) = duplex(1 << 16);
    let relay = async {
        let (left, right) = tokio::join!(accept(&middle, to_a), connect(&middle, to_b, None));
        let (mut left, mut right) = (left.unwrap(), right.unwrap());
        assert_ne!(left.session, right.session);
        let _: io::Result<_> = copy_bidirectional(&mut left.stream, &mut right.stream).await;
    };
    let ends = async { tokio::join!(connect(&a, a_end, None), accept(&b, b_end)) };
    let (a_end, b_end) = within(async {
        tokio::select! {
            ends = ends => ends,
            () = relay => unreachable!("the ends are open"),
        }
    })
    .await;
    let (a_end, b_end) = (a_end.unwrap(), b_end.unwrap());
    assert_ne!(a_end.session, b_end.session);
    assert_eq!(
        (&a_end.peer, &b_end.peer),
        (middle.id(), middle.id()),
        "it can show no other key than its own"
    );
}

#[test]
fn every_start_has_another_id_and_a_certificate_that_tells_nothing_else() {
    let ids: std::collections::BTreeSet<_> = (0..8).map(|_| identity().id().clone()).collect();
    assert_eq!(ids.len(), 8);

    let (first, second) = (KeyPair::generate_for(&PKCS_ED25519), KeyPair::generate_for(&PKCS_ED25519));
    let shown = [first.unwrap(), second.unwrap()].map(|key| certificate::certificate(&key).unwrap());
    let certificate = webpki::EndEntityCert::try_from(&shown[0]).unwrap();
    assert_eq!(certificate.subject(), b"", "no name");
    // Behind the key comes little more than the signature. Up to there all certificates are the
    // same, whichever proxy made them.
    assert_eq!(shown[0].len(), shown[1].len());
    let until_key = shown[0].len() - 32 - 64 - 32;
    assert_eq!(shown[0][..until_key], shown[1][..until_key]);
}

#[test]
fn an_id_is_the_digest_of_the_public_key() {
    use rcgen::PublicKeyData;
    use sha2::{Digest, Sha256};
    let key = KeyPair::generate_for(&PKCS_ED25519).unwrap();
    let digest = Sha256::digest(key.subject_public_key_info());
    let id = certificate::id_of(&certificate::certificate(&key).unwrap());
    assert_eq!(id, Some(ProxyId::from_digest(&digest.into())));
}
