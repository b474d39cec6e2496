//! Options of a channel.

#[cfg(unix)]
use std::path::PathBuf;
use std::time::Duration;

use nws_client_core::Policy;
use nws_protocol::{ChannelName, Scope};

use crate::driver::Driver;
use crate::endpoint::Endpoint;
use crate::shared::Shared;
use crate::{Channel, Error, platform};

/// The longest pause between two attempts, unless the program says another one.
const MAX_DELAY: Duration = Duration::from_secs(5);

/// How a channel is opened.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> anyhow::Result<()> {
/// # let proxy = nws_tests::Proxy::start().await?;
/// # let endpoint = &format!("ws://localhost:{}", proxy.port());
/// use networkwebsockets::Channel;
///
/// let channel = Channel::builder().endpoint(endpoint).local().queue_in_gaps(4096).open("myChannelName").await?;
/// assert!(channel.peers().is_empty());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use = "call `open`"]
pub struct Builder {
    endpoint: Option<String>,
    #[cfg(unix)]
    unix: Option<PathBuf>,
    #[cfg(not(target_family = "wasm"))]
    origin: Option<String>,
    scope: Scope,
    max_delay: Option<Duration>,
    max_queued: Option<usize>,
}

impl Default for Builder {
    fn default() -> Self {
        Self {
            endpoint: None,
            #[cfg(unix)]
            unix: None,
            #[cfg(not(target_family = "wasm"))]
            origin: None,
            scope: Scope::Network,
            max_delay: Some(MAX_DELAY),
            max_queued: None,
        }
    }
}

impl Builder {
    /// Where the proxy is; `ws://localhost:9009` otherwise.
    pub fn endpoint(mut self, endpoint: &str) -> Self {
        self.endpoint = Some(endpoint.to_owned());
        self
    }

    /// The Unix socket of the proxy, which `nws --unix PATH` has, instead of an address.
    #[cfg(unix)]
    pub fn unix(mut self, path: impl Into<PathBuf>) -> Self {
        self.unix = Some(path.into());
        self
    }

    /// Says to the proxy that this program belongs to a site, as a browser does for a page. The proxy
    /// then has to allow this origin; programs have none otherwise, and may always connect.
    #[cfg(not(target_family = "wasm"))]
    pub fn origin(mut self, origin: &str) -> Self {
        self.origin = Some(origin.to_owned());
        self
    }

    /// The channel of this name that stays on this machine.
    pub const fn local(mut self) -> Self {
        self.scope = Scope::Local;
        self
    }

    /// The longest pause between two attempts to connect again; 5 seconds otherwise. The first pause is up
    /// to 0.1 seconds, and each is up to twice as long as the one before.
    pub const fn max_delay(mut self, max_delay: Duration) -> Self {
        self.max_delay = Some(max_delay);
        self
    }

    /// Does not connect again: the channel ends with the connection.
    pub const fn no_reconnect(mut self) -> Self {
        self.max_delay = None;
        self
    }

    /// Keeps up to so many bytes of broadcasts that are sent in a gap, for the next connection. Otherwise
    /// they are refused with [`Error::NotOpen`].
    pub const fn queue_in_gaps(mut self, bytes: usize) -> Self {
        self.max_queued = Some(bytes);
        self
    }

    /// Joins the channel of this name.
    ///
    /// # Errors
    ///
    /// Why the first attempt failed. Each error says what to do.
    pub async fn open(self, name: &str) -> Result<Channel, Error> {
        let (channel, shared) = self.begin(name)?;
        std::future::poll_fn(|cx| shared.lock().poll_opened(cx)).await?;
        Ok(channel)
    }

    /// Joins the channel of this name some time: for programs that may start before the proxy does. Its
    /// events tell what happens, and failed attempts are [`Event::Reconnecting`](crate::Event::Reconnecting).
    ///
    /// # Errors
    ///
    /// [`Error::InvalidName`], [`Error::InvalidEndpoint`], [`Error::NoTls`], [`Error::InvalidOrigin`] or
    /// [`Error::NoRuntime`].
    pub fn start(self, name: &str) -> Result<Channel, Error> {
        self.begin(name).map(|(channel, _)| channel)
    }

    fn begin(self, name: &str) -> Result<(Channel, std::sync::Arc<Shared>), Error> {
        let name = ChannelName::new(name).map_err(Error::of_name)?;
        let endpoint = self.place()?;
        platform::check(&endpoint)?;
        let shared = Shared::new(self.policy(), endpoint.clone());
        let url = endpoint.channel(&name, self.scope);
        platform::spawn(Driver::new(shared.clone(), endpoint, url))?;
        Ok((Channel::new(shared.clone(), name.as_str()), shared))
    }

    /// Where the proxy is.
    fn place(&self) -> Result<Endpoint, Error> {
        let endpoint = match &self.endpoint {
            None => Endpoint::default(),
            Some(endpoint) => Endpoint::parse(endpoint)?,
        };
        #[cfg(unix)]
        let endpoint = match &self.unix {
            None => endpoint,
            Some(path) => Endpoint::of_socket(path),
        };
        #[cfg(not(target_family = "wasm"))]
        let endpoint = endpoint.with_origin(self.origin.clone());
        Ok(endpoint)
    }

    fn policy(&self) -> Option<Policy> {
        let max_queued = self.max_queued.map(|bytes| bytes as f64);
        let max_delay = self.max_delay?.as_secs_f64() * 1000.0;
        Some(Policy { max_delay, max_queued })
    }
}
