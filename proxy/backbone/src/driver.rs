//! The task that has the connection to the broker.
//!
//! It waits for nobody: not for its user, who may have no time for events, and not for the client,
//! which may have too much to send.

use std::io;
use std::sync::atomic::Ordering;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use async_nats::{Client, Event, Message, Subscriber};
use futures_util::{FutureExt, StreamExt};
use nws_protocol::limits::{HELLO_INTERVAL, HELLO_PAUSE};
use nws_protocol::{ProxyId, harmless};
use tokio::sync::{mpsc, oneshot};
use tokio::task::AbortHandle;
use tokio::time::{Instant, sleep_until};

use crate::config::{BackboneConfig, BackboneError};
use crate::connection::{Change, Connection};
use crate::event::{BackboneEvent, Events};
use crate::frame::PAYLOAD_MIN;
use crate::hello::Hello;
use crate::secret::MacKey;
use crate::site::SiteName;
use crate::sites::{Heard, News, Sites};
use crate::stream::VirtualStream;
use crate::streams::{Arrival, Streams};
use crate::subject::Subjects;

/// Time after which the client is asked again whether there is a broker.
const LOOK_INTERVAL: Duration = Duration::from_secs(1);

/// The subscription to hellos, as the client numbers them: from 1 on, and this is the first one.
const HELLOS: u64 = 1;

/// News of the client that may wait.
const STATES_MAX: usize = 256;

/// Most characters of what a broker says of its trouble.
const TROUBLE_MAX: usize = 200;

/// What the task is to do.
#[derive(Debug)]
pub(crate) enum Order {
    /// Begin a stream.
    Dial(SiteName, oneshot::Sender<io::Result<VirtualStream>>),
    /// Begin no more, and end when all have ended.
    Stop(oneshot::Sender<()>),
}

struct Driver {
    client: Client,
    connection: Connection,
    own: Hello,
    key: MacKey,
    hello_subject: String,
    sites: Sites,
    streams: Streams,
    events: Events,
    said_hello: Option<Instant>,
    next_hello: Instant,
    /// When messages were lost last because they came faster than they were read.
    slowed: Option<Instant>,
    /// The size of messages that was told to be too small.
    small_payload: Option<usize>,
    stopped: Option<oneshot::Sender<()>>,
}

/// Starts the task. Gives what it tells.
pub(crate) async fn start(
    config: &BackboneConfig,
    proxy: ProxyId,
    orders: mpsc::Receiver<Order>,
) -> Result<(AbortHandle, mpsc::Receiver<BackboneEvent>), BackboneError> {
    let keys = config.secret.keys();
    let (tell, states) = mpsc::channel(STATES_MAX);
    let options = config.options()?.event_callback(move |event| {
        // What is left out here is found out by asking, or is for the log.
        let _ = tell.try_send(event);
        std::future::ready(())
    });
    let client = options.connect(config.addresses()).await?;
    let subjects = Subjects::new(&keys.realm, config.site.clone());
    let hellos = client.subscribe(subjects.hello()).await?;
    let inbox = client.subscribe(subjects.inbox()).await?;
    let (events, happened) = Events::new();
    let driver = Driver {
        hello_subject: subjects.hello(),
        streams: Streams::new(client.clone(), subjects, config.site.clone(), keys.dial),
        client,
        connection: Connection::default(),
        own: Hello { site: config.site.clone(), proxy, incarnation: getrandom::u64()?, count: 0, time: 0 },
        key: keys.hello,
        sites: Sites::default(),
        events,
        said_hello: None,
        next_hello: Instant::now(),
        slowed: None,
        small_payload: None,
        stopped: None,
    };
    Ok((tokio::spawn(driver.run(hellos, inbox, states, orders)).abort_handle(), happened))
}

impl Driver {
    async fn run(
        mut self,
        mut hellos: Subscriber,
        mut inbox: Subscriber,
        mut states: mpsc::Receiver<Event>,
        mut orders: mpsc::Receiver<Order>,
    ) {
        while self.stopped.is_none() || self.streams.has_some() {
            let due = self.sites.next_decision().map_or(self.next_hello, |due| due.min(self.next_hello));
            let hears = self.stopped.is_none() && self.events.has_room();
            tokio::select! {
                biased;
                Some(event) = states.recv() => self.on_event(event),
                () = self.events.hand_over() => {}
                () = self.streams.clear_ended() => {}
                Some(order) = orders.recv() => match order {
                    Order::Dial(site, answer) => self.dial(site, answer),
                    Order::Stop(done) => self.stop(done),
                },
                () = sleep_until(due) => self.time_out(),
                Some(message) = inbox.next() => self.on_frame(message),
                Some(message) = hellos.next(), if hears => self.on_hello(&message),
            }
        }
        if self.connection.is_up()
            && let Err(error) = self.client.flush().await
        {
            tracing::debug!(%error, "the last frames of the backbone are not sent");
        }
    }

    fn dial(&mut self, site: SiteName, answer: oneshot::Sender<io::Result<VirtualStream>>) {
        let incarnation = self.sites.incarnation(&site).ok_or(io::ErrorKind::HostUnreachable);
        let begin = |incarnation| self.streams.dial(site, incarnation).ok_or(io::ErrorKind::ResourceBusy);
        // Who no longer waits for it drops it.
        let _ = answer.send(incarnation.and_then(begin).map_err(io::Error::from));
    }

    fn stop(&mut self, done: oneshot::Sender<()>) {
        self.streams.close();
        self.stopped = Some(done);
    }

    fn on_event(&mut self, event: Event) {
        match event {
            Event::Connected => {
                let was_up = self.connection.is_up();
                let change = self.connection.on_connected(self.made());
                self.on_change(change, was_up);
            }
            Event::Disconnected | Event::Closed => {
                let change = self.connection.on_lost();
                self.on_change(change, true);
            }
            // Every user of the broker can say too many. Those that matter come again.
            Event::SlowConsumer(HELLOS) => {}
            // There is one for each message that is lost.
            Event::SlowConsumer(_) if self.slowed.is_none_or(|at| at.elapsed() >= HELLO_PAUSE) => {
                self.slowed = Some(Instant::now());
                let change = self.connection.is_up().then_some(Change::Made);
                self.on_change(change, true);
            }
            Event::SlowConsumer(_) => self.streams.break_all(None),
            Event::ServerError(error) => self.tell_trouble(&error.to_string()),
            Event::ClientError(error) => self.tell_trouble(&error.to_string()),
            Event::LameDuckMode | Event::Draining => {}
        }
    }

    /// Connections that the client has made.
    fn made(&self) -> u64 {
        self.client.statistics().connects.load(Ordering::Relaxed)
    }

    /// Does what follows from a change of the connection. All that an earlier one carried is lost.
    fn on_change(&mut self, change: Option<Change>, was_up: bool) {
        let Some(change) = change else { return };
        if was_up {
            self.lose();
            self.events.tell(BackboneEvent::Lost);
        }
        if change == Change::Made {
            self.begin_anew();
            self.events.tell(BackboneEvent::Connected);
        }
    }

    /// The streams from now on are others than those before.
    fn begin_anew(&mut self) {
        self.own.incarnation = getrandom::u64().unwrap_or(self.own.incarnation.wrapping_add(1));
        self.streams.begin_anew(self.own.incarnation);
        self.said_hello = None;
        self.next_hello = Instant::now();
    }

    /// Something may be missing in every stream from now on.
    fn lose(&mut self) {
        self.streams.break_all(None);
        // Whoever says hello from now on is new, whichever incarnation it is.
        for (site, proxy) in self.sites.take_all() {
            self.events.tell(BackboneEvent::Gone { site, proxy });
        }
    }

    fn on_frame(&mut self, message: Message) {
        if !self.connection.is_up() {
            return;
        }
        match self.streams.on_message(&message.subject, message.payload) {
            Arrival::Nothing => {}
            Arrival::Frame(site) => self.sites.touch(&site, Instant::now()),
            Arrival::Stream(incoming) => {
                self.sites.touch(&incoming.site, Instant::now());
                self.events.tell(BackboneEvent::Incoming(incoming));
            }
        }
    }

    fn on_hello(&mut self, message: &Message) {
        let Some(hello) = Hello::parse(&message.payload, &self.key) else { return };
        if !self.connection.is_up() || hello.proxy == self.own.proxy {
            return;
        }
        if hello.site == self.own.site {
            return self.on_namesake(&hello);
        }
        let Hello { site, proxy, .. } = &hello;
        match self.sites.hear(&hello, now(), Instant::now()) {
            Heard::Nothing => {}
            Heard::Site(news) => self.on_site(site, proxy, news),
            // Its own answer to this hello tells it from one whose messages are repeated.
            Heard::Newcomer => self.answer_soon(),
            Heard::Shared { kept, other } => {
                self.events.tell(BackboneEvent::NameShared { site: site.clone(), kept, other });
            }
        }
    }

    /// Another proxy has the name of this site. The others have to hear at once that this one lives.
    fn on_namesake(&mut self, hello: &Hello) {
        let Some(is_first) = self.sites.count(hello) else { return };
        if is_first {
            self.answer_soon();
        }
        self.events.tell(BackboneEvent::NameTaken { proxy: hello.proxy.clone() });
    }

    fn on_site(&mut self, site: &SiteName, proxy: &ProxyId, news: News) {
        if let Some(by) = news.skew {
            let by = Duration::from_millis(by);
            self.events.tell(BackboneEvent::Skewed { site: site.clone(), by });
        }
        if let Some(other) = news.rival {
            let (site, kept) = (site.clone(), proxy.clone());
            self.events.tell(BackboneEvent::NameShared { site, kept, other });
        }
        if news.is_another {
            self.streams.break_all(Some(site));
        }
        if news.is_back {
            self.streams.break_unanswered(site);
        }
        if news.is_new || news.is_back {
            self.answer_soon();
        }
        self.events.tell(BackboneEvent::Seen { site: site.clone(), proxy: proxy.clone() });
    }

    /// Says hello soon, so that a site that is new need not wait.
    fn answer_soon(&mut self) {
        let soon = self.said_hello.map_or_else(Instant::now, |said| said + HELLO_PAUSE);
        self.next_hello = self.next_hello.min(soon);
    }

    fn time_out(&mut self) {
        let now = Instant::now();
        for (site, proxy) in self.sites.decide(now) {
            self.streams.break_all(Some(&site));
            self.events.tell(BackboneEvent::Seen { site, proxy });
        }
        if self.next_hello <= now {
            self.beat(now);
        }
    }

    fn beat(&mut self, now: Instant) {
        self.next_hello = now + LOOK_INTERVAL;
        let was_up = self.connection.is_up();
        let change = self.connection.compare(&self.client.connection_state(), self.made());
        self.on_change(change, was_up);
        if self.connection.is_up() && self.stopped.is_none() {
            self.check_payload();
            self.say_hello(now);
        }
        for (site, proxy) in self.sites.take_silent(now) {
            self.streams.break_all(Some(&site));
            self.events.tell(BackboneEvent::Gone { site, proxy });
        }
    }

    /// A hello for which the client has no room is said a little later.
    fn say_hello(&mut self, now: Instant) {
        (self.own.count, self.own.time) = (self.own.count + 1, self::now());
        let message = self.own.to_json(&self.key).into();
        let sent = self.client.publish(self.hello_subject.clone(), message).now_or_never();
        if let Some(Err(error)) = &sent {
            tracing::debug!(%error, "a hello is not sent");
        }
        if sent.is_some() {
            self.said_hello = Some(now);
            self.next_hello = now + HELLO_INTERVAL.mul_f64(0.8 + 0.4 * chance());
        }
    }

    fn check_payload(&mut self) {
        let max = self.client.max_payload();
        let told = Some(max).filter(|max| *max < PAYLOAD_MIN);
        if std::mem::replace(&mut self.small_payload, told) != told && told.is_some() {
            self.events.tell(BackboneEvent::SmallPayload(max));
        }
    }

    /// Tells what a broker says, as far as it is fit for a line of the log.
    fn tell_trouble(&mut self, reason: &str) {
        let reason: String = reason.chars().take(TROUBLE_MAX).collect();
        self.events.tell(BackboneEvent::Trouble(harmless(&reason)));
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
