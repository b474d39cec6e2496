//! The task that has the connection to the broker.

use std::io;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use async_nats::{Client, Event, Message, Subscriber};
use futures_util::StreamExt;
use nws_protocol::ProxyId;
use tokio::sync::{mpsc, oneshot};
use tokio::task::AbortHandle;
use tokio::time::{Instant, sleep_until, timeout};

use crate::config::{BackboneConfig, BackboneError};
use crate::hello::Hello;
use crate::secret::MacKey;
use crate::site::SiteName;
use crate::sites::Sites;
use crate::stream::VirtualStream;
use crate::streams::{Incoming, Streams};
use crate::subject::Subjects;

/// Mean time between two hellos.
const HELLO_INTERVAL: Duration = Duration::from_secs(3);

/// Least time between two hellos, however many sites are new.
const HELLO_PAUSE: Duration = Duration::from_millis(500);

/// Orders that may wait.
const ORDERS_MAX: usize = 64;

/// Time in which streams that have ended are to be told to the other side.
const FAREWELL: Duration = Duration::from_secs(1);

/// Events that may wait.
const EVENTS_MAX: usize = 256;

/// The other sites, as this one hears of them. Dropping it ends the connection and all streams.
#[derive(Debug)]
pub struct Backbone {
    orders: mpsc::Sender<Order>,
    events: mpsc::Receiver<BackboneEvent>,
    task: AbortHandle,
}

/// Makes streams to other sites.
#[derive(Clone, Debug)]
pub struct Dialer(mpsc::Sender<Order>);

/// What has happened on the backbone.
#[derive(Debug)]
pub enum BackboneEvent {
    /// A broker is connected.
    Connected,
    /// The broker is lost, and all streams with it.
    Lost,
    /// There is something wrong with the broker, in its own words.
    Trouble(String),
    /// A site says that it is there, and which proxy it is.
    Seen {
        /// The site.
        site: SiteName,
        /// Its proxy.
        proxy: ProxyId,
    },
    /// A site has been silent for too long.
    Gone {
        /// The site.
        site: SiteName,
        /// The proxy that it was.
        proxy: ProxyId,
    },
    /// A site has begun a stream.
    Incoming(Incoming),
    /// Another proxy uses the name of this site.
    NameTaken {
        /// The other proxy.
        proxy: ProxyId,
    },
    /// The clock of a site differs from ours.
    Skewed {
        /// The site.
        site: SiteName,
        /// By how much.
        by: Duration,
    },
}

/// What the task is to do.
#[derive(Debug)]
enum Order {
    /// Begin a stream.
    Dial(SiteName, oneshot::Sender<VirtualStream>),
    /// End when the streams have ended.
    Stop(oneshot::Sender<()>),
}

struct Driver {
    client: Client,
    own: Hello,
    key: MacKey,
    hello_subject: String,
    sites: Sites,
    streams: Streams,
    events: mpsc::Sender<BackboneEvent>,
    is_connected: bool,
    said_hello: Option<Instant>,
    next_hello: Instant,
    /// When messages were lost last because they came faster than they were read.
    slowed: Option<Instant>,
}

impl Backbone {
    /// Connects to a broker, and tries again for as long as there is none.
    ///
    /// # Errors
    ///
    /// Fails when the configuration cannot be used. A broker that cannot be reached is an event.
    pub async fn start(config: &BackboneConfig, proxy: ProxyId) -> Result<Self, BackboneError> {
        let keys = config.secret.keys();
        let (tell, states) = mpsc::channel(EVENTS_MAX);
        let options = config.options()?.event_callback(move |event| {
            let tell = tell.clone();
            async move { drop(tell.send(event).await) }
        });
        let client = options.connect(config.addresses()).await?;
        let subjects = Subjects::new(&keys.realm, config.site.clone());
        let hellos = client.subscribe(subjects.hello()).await?;
        let inbox = client.subscribe(subjects.inbox()).await?;
        let own = Hello { site: config.site.clone(), proxy, incarnation: getrandom::u64()?, time: 0 };
        let (orders, ordered) = mpsc::channel(ORDERS_MAX);
        let (events, happened) = mpsc::channel(EVENTS_MAX);
        let driver = Driver {
            hello_subject: subjects.hello(),
            streams: Streams::new(client.clone(), subjects, config.site.clone(), keys.dial),
            client,
            own,
            key: keys.hello,
            sites: Sites::default(),
            events,
            is_connected: false,
            said_hello: None,
            next_hello: Instant::now(),
            slowed: None,
        };
        let task = tokio::spawn(driver.run(hellos, inbox, states, ordered)).abort_handle();
        Ok(Self { orders, events: happened, task })
    }

    /// What happens next. It can be cancelled, and nothing is lost.
    pub async fn next(&mut self) -> BackboneEvent {
        match self.events.recv().await {
            Some(event) => event,
            None => std::future::pending().await,
        }
    }

    /// Makes streams to other sites.
    #[must_use]
    pub fn dialer(&self) -> Dialer {
        Dialer(self.orders.clone())
    }

    /// Ends the connection. Streams that their users have ended are ended at the other side too, if
    /// that takes no longer than a second.
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
    /// A new stream to `site`. Nothing has been sent there yet, and the site may not be there.
    ///
    /// # Errors
    ///
    /// Fails when there are too many streams, or the backbone is gone.
    pub async fn dial(&self, site: SiteName) -> io::Result<VirtualStream> {
        let (answer, stream) = oneshot::channel();
        let is_asked = self.0.send(Order::Dial(site, answer)).await;
        is_asked.map_err(|_| io::Error::from(io::ErrorKind::NotConnected))?;
        stream.await.map_err(|_| io::ErrorKind::ResourceBusy.into())
    }
}

impl Driver {
    async fn run(
        mut self,
        mut hellos: Subscriber,
        mut inbox: Subscriber,
        mut states: mpsc::Receiver<Event>,
        mut orders: mpsc::Receiver<Order>,
    ) {
        let mut stopped = None;
        while stopped.is_none() || self.streams.has_some() {
            tokio::select! {
                biased;
                Some(event) = states.recv() => self.on_event(event).await,
                () = self.streams.clear_ended() => {}
                Some(order) = orders.recv() => match order {
                    Order::Dial(site, answer) => self.dial(site, answer),
                    Order::Stop(done) => stopped = Some(done),
                },
                () = sleep_until(self.next_hello) => self.beat().await,
                Some(message) = inbox.next() => self.on_frame(message).await,
                Some(message) = hellos.next() => self.on_hello(&message).await,
            }
        }
        if self.is_connected
            && let Err(error) = self.client.flush().await
        {
            tracing::debug!(%error, "the last frames of the backbone are not sent");
        }
    }

    fn dial(&mut self, site: SiteName, answer: oneshot::Sender<VirtualStream>) {
        if let Some(stream) = self.streams.dial(site) {
            // Who no longer waits for it drops it.
            let _ = answer.send(stream);
        }
    }

    async fn on_event(&mut self, event: Event) {
        match event {
            Event::Connected => {
                if self.is_connected {
                    self.lose().await;
                }
                self.begin_anew();
                self.tell(BackboneEvent::Connected).await;
            }
            Event::Disconnected | Event::Closed => self.lose().await,
            // There is one for each message that is lost.
            Event::SlowConsumer(_) if self.slowed.is_none_or(|at| at.elapsed() >= HELLO_PAUSE) => {
                self.slowed = Some(Instant::now());
                self.lose().await;
                self.begin_anew();
                self.tell(BackboneEvent::Connected).await;
            }
            Event::SlowConsumer(_) => self.streams.break_all(None),
            Event::ServerError(error) => self.tell(BackboneEvent::Trouble(error.to_string())).await,
            Event::ClientError(error) => self.tell(BackboneEvent::Trouble(error.to_string())).await,
            Event::LameDuckMode | Event::Draining => {}
        }
    }

    /// The streams from now on are others than those before.
    fn begin_anew(&mut self) {
        self.streams.break_all(None);
        self.is_connected = true;
        self.own.incarnation = getrandom::u64().unwrap_or(self.own.incarnation.wrapping_add(1));
        self.said_hello = None;
        self.next_hello = Instant::now();
    }

    /// Something may be missing in every stream from now on.
    async fn lose(&mut self) {
        self.streams.break_all(None);
        if std::mem::replace(&mut self.is_connected, false) {
            self.tell(BackboneEvent::Lost).await;
        }
        // Whoever says hello from now on is new, whichever incarnation it is.
        for (site, proxy) in self.sites.take_all() {
            self.tell(BackboneEvent::Gone { site, proxy }).await;
        }
    }

    async fn on_frame(&mut self, message: Message) {
        if !self.is_connected {
            return;
        }
        if let Some(incoming) = self.streams.on_message(&message.subject, message.payload) {
            self.tell(BackboneEvent::Incoming(incoming)).await;
        }
    }

    async fn on_hello(&mut self, message: &Message) {
        let Some(hello) = Hello::parse(&message.payload, &self.key) else { return };
        if hello.site == self.own.site {
            if hello.proxy != self.own.proxy {
                self.tell(BackboneEvent::NameTaken { proxy: hello.proxy }).await;
            }
            return;
        }
        let Some(news) = self.sites.hear(&hello, now(), Instant::now()) else { return };
        let Hello { site, proxy, .. } = hello;
        if let Some(by) = news.skew {
            let by = Duration::from_millis(by);
            self.tell(BackboneEvent::Skewed { site: site.clone(), by }).await;
        }
        if news.is_another {
            self.streams.break_all(Some(&site));
        }
        if news.is_new {
            self.answer_soon();
        }
        self.tell(BackboneEvent::Seen { site, proxy }).await;
    }

    /// Says hello soon, so that a site that is new need not wait.
    fn answer_soon(&mut self) {
        let soon = self.said_hello.map_or_else(Instant::now, |said| said + HELLO_PAUSE);
        self.next_hello = self.next_hello.min(soon);
    }

    async fn beat(&mut self) {
        let now = Instant::now();
        if self.is_connected {
            self.own.time = self::now();
            let message = self.own.to_json(&self.key).into();
            if let Err(error) = self.client.publish(self.hello_subject.clone(), message).await {
                tracing::debug!(%error, "a hello is not sent");
            }
            self.said_hello = Some(now);
        }
        self.next_hello = now + HELLO_INTERVAL.mul_f64(0.8 + 0.4 * chance());
        for (site, proxy) in self.sites.take_silent(now) {
            self.streams.break_all(Some(&site));
            self.tell(BackboneEvent::Gone { site, proxy }).await;
        }
    }

    async fn tell(&self, event: BackboneEvent) {
        // Nobody listens any more: this task ends soon.
        let _ = self.events.send(event).await;
    }
}

/// Milliseconds since 1970.
fn now() -> u64 {
    let time = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// A number from 0 to 1.
fn chance() -> f64 {
    getrandom::u32().map_or(0.5, |number| f64::from(number) / f64::from(u32::MAX))
}
