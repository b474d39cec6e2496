//! The other sites, as their hellos tell of them.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use nws_protocol::ProxyId;
use tokio::time::Instant;

use crate::hello::Hello;
use crate::site::SiteName;

/// Time without a hello after which a site counts as gone.
const SILENCE_MAX: Duration = Duration::from_secs(12);

/// Sites at one time.
const SITES_MAX: usize = 1024;

/// Earlier incarnations of a site that are remembered, so that a broker cannot bring them back.
const PAST_MAX: usize = 8;

/// Difference of clocks that is warned about, in seconds.
const SKEW_MAX: u64 = 5 * 60;

#[derive(Debug, Default)]
pub(crate) struct Sites(HashMap<SiteName, Site>);

#[derive(Debug)]
struct Site {
    proxy: ProxyId,
    incarnation: u64,
    past: VecDeque<u64>,
    heard: Instant,
    is_skewed: bool,
}

/// What a hello tells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct News {
    /// It is another incarnation, so all earlier streams are lost.
    pub(crate) is_new: bool,
    /// Its clock differs from ours by so many seconds, which was not known.
    pub(crate) skew: Option<u64>,
}

impl Sites {
    /// A site has said hello; `None` if that tells nothing.
    pub(crate) fn hear(&mut self, hello: &Hello, time: u64, now: Instant) -> Option<News> {
        let skew = Some(time.abs_diff(hello.time)).filter(|skew| *skew > SKEW_MAX);
        let Some(site) = self.0.get_mut(&hello.site) else {
            return (self.0.len() < SITES_MAX).then(|| {
                self.0.insert(hello.site.clone(), Site::new(hello, skew.is_some(), now));
                News { is_new: true, skew }
            });
        };
        if site.past.contains(&hello.incarnation) {
            return None;
        }
        let is_new = site.incarnation != hello.incarnation;
        if is_new {
            site.past.truncate(PAST_MAX - 1);
            site.past.push_front(site.incarnation);
            (site.incarnation, site.proxy) = (hello.incarnation, hello.proxy.clone());
        }
        site.heard = now;
        let was_skewed = std::mem::replace(&mut site.is_skewed, skew.is_some());
        Some(News { is_new, skew: skew.filter(|_| !was_skewed) })
    }

    /// The sites that have been silent for too long, which are forgotten.
    pub(crate) fn take_silent(&mut self, now: Instant) -> Vec<(SiteName, ProxyId)> {
        let silent = self.0.extract_if(|_, site| now >= site.heard + SILENCE_MAX);
        silent.map(|(name, site)| (name, site.proxy)).collect()
    }
}

impl Site {
    fn new(hello: &Hello, is_skewed: bool, now: Instant) -> Self {
        let Hello { proxy, incarnation, .. } = hello.clone();
        Self { proxy, incarnation, past: VecDeque::new(), heard: now, is_skewed }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TIME: u64 = 1_800_000_000;

    fn hello(incarnation: u64, time: u64) -> Hello {
        let proxy = ProxyId::from_digest(&[7; 32]);
        Hello { site: "there".parse().unwrap(), proxy, incarnation, time }
    }

    #[tokio::test(start_paused = true)]
    async fn an_incarnation_is_new_once() {
        let mut sites = Sites::default();
        let mut hear =
            |incarnation| sites.hear(&hello(incarnation, TIME), TIME, Instant::now()).map(|news| news.is_new);
        assert_eq!([1, 1, 2, 1, 2].map(&mut hear), [Some(true), Some(false), Some(true), None, Some(false)]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_clock_that_differs_is_told_once_and_again_when_it_changes() {
        let mut sites = Sites::default();
        let mut skew = |time| sites.hear(&hello(1, time), TIME, Instant::now()).unwrap().skew;
        let wrong = TIME - SKEW_MAX - 1;
        assert_eq!(skew(wrong), Some(SKEW_MAX + 1));
        assert_eq!(skew(wrong), None);
        assert_eq!(skew(TIME), None);
        assert_eq!(skew(TIME + SKEW_MAX), None);
        assert_eq!(skew(wrong), Some(SKEW_MAX + 1));
    }

    #[tokio::test(start_paused = true)]
    async fn who_is_silent_is_gone() {
        let mut sites = Sites::default();
        sites.hear(&hello(1, TIME), TIME, Instant::now());
        tokio::time::advance(SILENCE_MAX / 2).await;
        sites.hear(&hello(1, TIME), TIME, Instant::now());
        tokio::time::advance(SILENCE_MAX / 2).await;
        assert!(sites.take_silent(Instant::now()).is_empty());
        tokio::time::advance(SILENCE_MAX / 2).await;
        assert_eq!(sites.take_silent(Instant::now()).len(), 1);
        assert!(sites.take_silent(Instant::now()).is_empty());
    }
}
