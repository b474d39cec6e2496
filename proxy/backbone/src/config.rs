//! What a site needs to know of its broker.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use async_nats::{ConnectOptions, ServerAddr};
use tokio::time::Instant;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use crate::credentials::Credentials;
use crate::secret::SiteSecret;
use crate::site::SiteName;

/// Time for a broker to answer. One that is silent must not keep others from their turns.
const CONNECT_TIME: Duration = Duration::from_secs(2);

/// Most time between two attempts. A broker that is up again is found within it.
const RETRY_TIME: Duration = Duration::from_secs(1);

/// Time between two attempts, where the first one led to a connection that was soon lost.
const PAUSE: Duration = Duration::from_millis(100);

/// Messages that may wait for a client that has no time.
const WAITING_MAX: usize = 8 * 1024;

/// How a site reaches the others.
#[derive(Clone, Debug)]
pub struct BackboneConfig {
    /// The brokers: any of one cluster.
    pub brokers: Vec<BrokerAddress>,
    /// The secret that all sites share.
    pub secret: SiteSecret,
    /// The name of this site, which no other one has.
    pub site: SiteName,
    /// Who this site is for the broker, if that asks for it.
    pub credentials: Option<Credentials>,
    /// Whether the way to the broker may do without TLS.
    pub insecure: bool,
}

/// The address of a broker: `nats://` or `tls://`, perhaps a name and a password, a host, and a port
/// if it is not 4222. It is shown without the password.
#[derive(Clone, PartialEq, Eq)]
pub struct BrokerAddress(ServerAddr);

/// A text that is no [`BrokerAddress`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a broker is written as nats://host, nats://host:4222 or tls://host")]
pub struct InvalidBroker;

/// Something that keeps a site from reaching its broker.
#[derive(Debug, thiserror::Error)]
pub enum BackboneError {
    /// There is no TLS.
    #[error("TLS cannot be used")]
    Tls(#[from] tokio_rustls::rustls::Error),
    /// The client cannot start.
    #[error("the NATS client cannot start")]
    Client(#[from] async_nats::ConnectError),
    /// A subscription cannot be made.
    #[error("the NATS client cannot subscribe")]
    Subscribe(#[from] async_nats::SubscribeError),
    /// The system gives no random numbers.
    #[error("the system gives no random numbers")]
    Random(#[from] getrandom::Error),
}

impl FromStr for BrokerAddress {
    type Err = InvalidBroker;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let address: ServerAddr = text.parse().map_err(|_| InvalidBroker)?;
        let is_known = matches!(address.scheme(), "nats" | "tls") && !address.host().is_empty();
        if is_known { Ok(Self(address)) } else { Err(InvalidBroker) }
    }
}

impl fmt::Display for BrokerAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}:{}", self.0.scheme(), self.0.host(), self.0.port())
    }
}

impl fmt::Debug for BrokerAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BrokerAddress({self})")
    }
}

impl BrokerAddress {
    /// Whether it has a password, or a token, which others must not see.
    #[must_use]
    pub fn has_password(&self) -> bool {
        self.0.has_user_pass()
    }

    fn is_loopback(&self) -> bool {
        let host = self.0.host();
        host == "localhost" || host.trim_matches(['[', ']']).parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
    }
}

impl BackboneConfig {
    pub(crate) fn addresses(&self) -> Vec<ServerAddr> {
        self.brokers.iter().map(|broker| broker.0.clone()).collect()
    }

    /// Whether the broker has to prove who it is. A name that leads elsewhere is a broker too.
    fn needs_tls(&self) -> bool {
        !self.insecure && !self.brokers.iter().all(BrokerAddress::is_loopback)
    }

    pub(crate) fn options(&self) -> Result<ConnectOptions, BackboneError> {
        let attempts = Attempts::default();
        let mut options = ConnectOptions::new()
            .name(["nws ", self.site.as_str()].concat())
            .no_echo()
            .retry_on_initial_connect()
            .max_reconnects(None)
            .connection_timeout(CONNECT_TIME)
            .ping_interval(Duration::from_secs(5))
            .reconnect_delay_callback(move |number| attempts.delay(number))
            .subscription_capacity(WAITING_MAX)
            .require_tls(self.needs_tls())
            .tls_client_config(tls()?);
        if !self.needs_tls() && !self.insecure {
            options = options.ignore_discovered_servers();
        }
        // async-nats takes no heed of what stands in an address. All servers of a cluster know a user.
        if let Some(BrokerAddress(address)) = self.brokers.iter().find(|broker| broker.has_password()) {
            let user = address.username().unwrap_or_default().to_owned();
            options = match address.password() {
                Some(password) => options.user_and_password(user, password.to_owned()),
                None => options.token(user),
            };
        }
        Ok(match &self.credentials {
            Some(credentials) => credentials.sign_in(options),
            None => options,
        })
    }
}

/// The attempts to connect.
#[derive(Debug, Default)]
struct Attempts {
    last: Mutex<Option<Instant>>,
}

impl Attempts {
    /// The time before the next attempt, the one of this number since there was a connection: none
    /// before the first one, unless there was another within a second.
    fn delay(&self, number: usize) -> Duration {
        let now = Instant::now();
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner).replace(now);
        let is_soon = last.is_some_and(|last| now < last + RETRY_TIME);
        let number = u32::try_from(number.saturating_sub(1)).unwrap_or(u32::MAX);
        PAUSE.saturating_mul(number.max(u32::from(is_soon))).min(RETRY_TIME)
    }
}

/// TLS with the certificates that this machine trusts, read once: the proxy may not read files later.
fn tls() -> Result<ClientConfig, BackboneError> {
    let mut roots = RootCertStore::empty();
    let found = rustls_native_certs::load_native_certs();
    roots.add_parsable_certificates(found.certs);
    Ok(ClientConfig::builder().with_root_certificates(roots).with_no_client_auth())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(brokers: &[&str], insecure: bool) -> BackboneConfig {
        BackboneConfig {
            brokers: brokers.iter().map(|broker| broker.parse().unwrap()).collect(),
            secret: SiteSecret::generate().unwrap(),
            site: "here".parse().unwrap(),
            credentials: None,
            insecure,
        }
    }

    #[test]
    fn only_a_broker_of_this_machine_does_without_tls() {
        for broker in ["nats://127.0.0.1", "nats://[::1]:4333", "nats://localhost:4222"] {
            assert!(!config(&[broker], false).needs_tls(), "{broker}");
        }
        for broker in ["nats://192.168.0.1", "nats://example.org", "tls://example.org"] {
            assert!(config(&[broker], false).needs_tls(), "{broker}");
            assert!(config(&["nats://127.0.0.1", broker], false).needs_tls(), "{broker}");
            assert!(!config(&[broker], true).needs_tls(), "{broker}");
        }
    }

    #[test]
    fn a_password_is_not_shown() {
        for text in ["nats://user:secret@host", "nats://secret@host"] {
            let broker: BrokerAddress = text.parse().unwrap();
            assert!(broker.has_password());
            assert_eq!(format!("{broker} {broker:?}"), "nats://host:4222 BrokerAddress(nats://host:4222)");
        }
        assert!(!"nats://host".parse::<BrokerAddress>().unwrap().has_password());
        for text in ["http://host", "ws://host", "nats://", ""] {
            assert_eq!(text.parse::<BrokerAddress>(), Err(InvalidBroker), "{text}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn attempts_get_rarer() {
        let delay = |number| Attempts::default().delay(number).as_millis();
        assert_eq!([0, 1, 2, 6, 1000].map(delay), [0, 0, 100, 500, 1000]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_broker_that_cuts_every_connection_is_not_tried_without_a_pause() {
        let attempts = Attempts::default();
        assert_eq!([(); 4].map(|()| attempts.delay(1)), [Duration::ZERO, PAUSE, PAUSE, PAUSE]);
        tokio::time::advance(RETRY_TIME).await;
        assert_eq!(attempts.delay(1), Duration::ZERO);
    }
}
