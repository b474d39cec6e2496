//! The backbone as its user has it.

use std::io;
use std::time::Duration;

use nws_protocol::ProxyId;
use tokio::sync::{mpsc, oneshot};
use tokio::task::AbortHandle;
use tokio::time::timeout;

use crate::config::{BackboneConfig, BackboneError, BrokerAddress};
use crate::driver::{self, Order};
use crate::event::BackboneEvent;
use crate::site::SiteName;
use crate::stream::VirtualStream;

/// Orders that may wait.
const ORDERS_MAX: usize = 64;

/// Time in which streams that have ended are to be told to the other side.
const FAREWELL: Duration = Duration::from_secs(1);

/// The other sites, as this one hears of them. Dropping it ends the connection and all streams.
#[derive(Debug)]
pub struct Backbone {
    orders: mpsc::Sender<Order>,
    events: mpsc::Receiver<BackboneEvent>,
    task: AbortHandle,
    brokers: Vec<BrokerAddress>,
}

/// Makes streams to other sites.
#[derive(Clone, Debug)]
pub struct Dialer(mpsc::Sender<Order>);

impl Backbone {
    /// Connects to a broker, and tries again for as long as there is none.
    ///
    /// # Errors
    ///
    /// Fails when the configuration cannot be used. A broker that cannot be reached is an event.
    pub async fn start(config: &BackboneConfig, proxy: ProxyId) -> Result<Self, BackboneError> {
        let (orders, ordered) = mpsc::channel(ORDERS_MAX);
        let (task, events) = driver::start(config, proxy, ordered).await?;
        Ok(Self { orders, events, task, brokers: config.brokers.clone() })
    }

    /// What happens next. It can be cancelled, and nothing is lost.
    pub async fn next(&mut self) -> BackboneEvent {
        match self.events.recv().await {
            Some(event) => event,
            None => std::future::pending().await,
        }
    }

    /// The brokers that it knows from its configuration.
    #[must_use]
    pub fn brokers(&self) -> &[BrokerAddress] {
        &self.brokers
    }

    /// Makes streams to other sites.
    #[must_use]
    pub fn dialer(&self) -> Dialer {
        Dialer(self.orders.clone())
    }

    /// Ends the connection. Streams that their users have ended are ended at the other side too, if
    /// that takes no longer than a second. No stream begins any more.
    pub async fn stop(self) {
        let (done, is_done) = oneshot::channel();
        let stopping = async {
            if self.orders.send(Order::Stop(done)).await.is_ok() {
                // The task is gone: there is nothing left to end.
                let _ = is_done.await;
            }
        };
        // Whatever is left then, the other side notices by its silence.
        let _ = timeout(FAREWELL, stopping).await;
    }
}

impl Drop for Backbone {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Dialer {
    /// A new stream to `site`. Nothing has been sent there yet.
    ///
    /// # Errors
    ///
    /// Fails when nothing is heard of the site, when there are too many streams, or when the backbone
    /// is gone.
    pub async fn dial(&self, site: SiteName) -> io::Result<VirtualStream> {
        let (answer, stream) = oneshot::channel();
        let is_asked = self.0.send(Order::Dial(site, answer)).await;
        is_asked.map_err(|_| io::Error::from(io::ErrorKind::NotConnected))?;
        stream.await.map_err(|_| io::Error::from(io::ErrorKind::NotConnected))?
    }
}
