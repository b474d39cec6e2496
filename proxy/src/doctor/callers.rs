//! Watches who connects to the proxy of this machine, in the tables of the system.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::holders;

/// Time between two looks, as long as nobody is made to dial.
const SELDOM: Duration = Duration::from_millis(50);

/// Time between two looks after that: a proxy that finds another one than it wanted closes within
/// milliseconds.
const OFTEN: Duration = Duration::from_micros(500);

/// If looks are further apart than this, all of a dozen connections may come and go between them:
/// each takes a few milliseconds.
const GAP_MAX: Duration = Duration::from_millis(12);

/// A watch over one port. Its thread ends after it.
#[derive(Debug)]
pub(super) struct Callers(Arc<Mutex<Watched>>);

#[derive(Debug, Default)]
struct Watched {
    port: Option<u16>,
    /// Since when, and how often, looks are taken often.
    hurry: Option<(Instant, u32)>,
    seen: BTreeSet<IpAddr>,
    is_known: bool,
    is_over: bool,
}

impl Callers {
    pub(super) fn watch() -> Self {
        let watched: Arc<Mutex<Watched>> = Arc::default();
        let thread = Arc::clone(&watched);
        thread::spawn(move || while look(&thread) {});
        Self(watched)
    }

    /// The port to be watched.
    pub(super) fn set_port(&self, port: Option<u16>) {
        lock(&self.0).port = port;
    }

    /// Misses nobody from now on.
    pub(super) fn hurry(&self) {
        lock(&self.0).hurry.get_or_insert((Instant::now(), 0));
    }

    /// Who was seen; none where the system does not tell.
    pub(super) fn seen(&self) -> Option<BTreeSet<IpAddr>> {
        let watched = lock(&self.0);
        watched.is_known.then(|| watched.seen.clone())
    }

    /// Gives whether looks were so close to each other that nobody can have been missed.
    pub(super) fn is_gapless(&self) -> bool {
        lock(&self.0).hurry.is_some_and(|(since, looks)| since.elapsed() <= GAP_MAX * looks)
    }
}

impl Drop for Callers {
    fn drop(&mut self) {
        lock(&self.0).is_over = true;
    }
}

fn look(watched: &Mutex<Watched>) -> bool {
    let port = lock(watched).port;
    let callers = port.and_then(holders::callers);
    let mut watched = lock(watched);
    if let Some(callers) = callers {
        watched.is_known = true;
        watched.seen.extend(callers);
    }
    if let Some((_, looks)) = &mut watched.hurry {
        *looks = looks.saturating_add(1);
    }
    let (pause, is_over) = (if watched.hurry.is_some() { OFTEN } else { SELDOM }, watched.is_over);
    drop(watched);
    thread::sleep(pause);
    !is_over
}

fn lock(watched: &Mutex<Watched>) -> MutexGuard<'_, Watched> {
    watched.lock().unwrap_or_else(PoisonError::into_inner)
}
