//! The other sites, as their hellos tell of them.

use std::collections::HashMap;
use std::time::Duration;

use nws_protocol::ProxyId;
use tokio::time::Instant;

use crate::hello::Hello;
use crate::site::SiteName;

/// Time without a hello after which a site counts as gone.
const SILENCE_MAX: Duration = Duration::from_secs(12);

/// Sites at one time.
const SITES_MAX: usize = 1024;

/// Difference of clocks that is warned about, in milliseconds.
const SKEW_MAX: u64 = 5 * 60 * 1000;

#[derive(Debug, Default)]
pub(crate) struct Sites(HashMap<SiteName, Site>);

#[derive(Debug)]
struct Site {
    proxy: ProxyId,
    incarnation: u64,
    /// When it said its last hello, by its own clock.
    said: u64,
    heard: Instant,
    is_skewed: bool,
}

/// What a hello tells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct News {
    /// The site was not known, or is another incarnation.
    pub(crate) is_new: bool,
    /// It was another incarnation before, and all streams of that are lost.
    pub(crate) is_another: bool,
    /// Its clock differs from ours by so many milliseconds, which was not known.
    pub(crate) skew: Option<u64>,
}

impl Sites {
    /// A site has said hello; `None` if that tells nothing.
    pub(crate) fn hear(&mut self, hello: &Hello, time: u64, now: Instant) -> Option<News> {
        let skew = Some(time.abs_diff(hello.time)).filter(|skew| *skew > SKEW_MAX);
        let Some(site) = self.0.get_mut(&hello.site) else {
            return (self.0.len() < SITES_MAX).then(|| {
                self.0.insert(hello.site.clone(), Site::new(hello, skew.is_some(), now));
                News { is_new: true, is_another: false, skew }
            });
        };
        // It is of the past, or its clock was set back: then it counts as gone, and soon as new.
        if hello.time <= site.said {
            return None;
        }
        let is_another = site.incarnation != hello.incarnation;
        (site.incarnation, site.proxy) = (hello.incarnation, hello.proxy.clone());
        (site.said, site.heard) = (hello.time, now);
        let was_skewed = std::mem::replace(&mut site.is_skewed, skew.is_some());
        Some(News { is_new: is_another, is_another, skew: skew.filter(|_| !was_skewed) })
    }

    /// All sites, which are forgotten.
    pub(crate) fn take_all(&mut self) -> Vec<(SiteName, ProxyId)> {
        self.0.drain().map(|(name, site)| (name, site.proxy)).collect()
    }

    /// The sites that have been silent for too long, which are forgotten.
    pub(crate) fn take_silent(&mut self, now: Instant) -> Vec<(SiteName, ProxyId)> {
        let silent = self.0.extract_if(|_, site| now >= site.heard + SILENCE_MAX);
        silent.map(|(name, site)| (name, site.proxy)).collect()
    }
}

impl Site {
    fn new(hello: &Hello, is_skewed: bool, now: Instant) -> Self {
        let Hello { proxy, incarnation, time, .. } = hello.clone();
        Self { proxy, incarnation, said: time, heard: now, is_skewed }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TIME: u64 = 1_800_000_000_000;

    fn hello(incarnation: u64, time: u64) -> Hello {
        let proxy = ProxyId::from_digest(&[7; 32]);
        Hello { site: "there".parse().unwrap(), proxy, incarnation, time }
    }

    #[tokio::test(start_paused = true)]
    async fn an_incarnation_is_new_once_and_none_comes_back() {
        let mut sites = Sites::default();
        let mut hear = |incarnation, time| {
            sites.hear(&hello(incarnation, TIME + time), TIME, Instant::now()).map(|news| news.is_new)
        };
        assert_eq!(hear(1, 0), Some(true));
        assert_eq!(hear(1, 1), Some(false));
        assert_eq!(hear(2, 2), Some(true));
        assert_eq!([hear(1, 1), hear(2, 2)], [None; 2]);
        assert_eq!(hear(2, 3), Some(false));
    }

    #[tokio::test(start_paused = true)]
    async fn a_clock_that_differs_is_told_once_and_again_when_it_changes() {
        let mut sites = Sites::default();
        let mut said = 0;
        let mut skew = |ahead: u64| {
            said += 1;
            sites.hear(&hello(1, TIME + said), TIME + said - ahead, Instant::now()).unwrap().skew
        };
        let wrong = SKEW_MAX + 1;
        assert_eq!([skew(wrong), skew(wrong)], [Some(wrong), None]);
        assert_eq!([skew(0), skew(SKEW_MAX)], [None; 2]);
        assert_eq!(skew(wrong), Some(wrong));
    }

    #[tokio::test(start_paused = true)]
    async fn who_is_silent_is_gone_and_may_come_back_with_another_clock() {
        let mut sites = Sites::default();
        sites.hear(&hello(1, TIME), TIME, Instant::now());
        tokio::time::advance(SILENCE_MAX / 2).await;
        sites.hear(&hello(1, TIME + 1), TIME, Instant::now());
        tokio::time::advance(SILENCE_MAX / 2).await;
        assert!(sites.take_silent(Instant::now()).is_empty());
        assert_eq!(sites.hear(&hello(2, TIME - 1), TIME, Instant::now()), None);
        tokio::time::advance(SILENCE_MAX / 2).await;
        assert_eq!(sites.take_silent(Instant::now()).len(), 1);
        assert!(sites.take_silent(Instant::now()).is_empty());
        assert!(sites.hear(&hello(2, TIME - 1), TIME, Instant::now()).unwrap().is_new);
    }
}
