//! Looks for the proxies that a domain of DNS names, by its records for `_nws._tcp` (RFC 6763): for
//! networks that multicast does not cross.
//!
//! A proxy has no id that lasts: it is another one after each start. So what a record is called means
//! nothing, and whichever proxy is there is the right one.

mod name;
mod records;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until, timeout};

use super::{Place, PlaceName, Sighting, Source, Stop};
use crate::trouble::Trouble;

pub use name::{BrowseDomain, InvalidDomain};

use records::{Browsed, Unknown};

/// The shortest and the longest time from one question to the next. Between them the servers decide,
/// by how long their answers hold.
const PERIOD: (Duration, Duration) = (Duration::from_secs(5), Duration::from_secs(60));

/// Time for each question that a domain takes: thousands are not asked all the time.
const TIME_OF_QUESTION: Duration = Duration::from_millis(50);

/// How long it may take to ask for all records.
const PATIENCE: Duration = Duration::from_secs(30);

/// The proxies that a domain names now, and where each is, or why that is not known.
///
/// # Errors
///
/// The reason why they are not known.
pub(crate) async fn named_by(
    domain: &BrowseDomain,
) -> Result<BTreeMap<PlaceName, Result<Vec<SocketAddr>, String>>, String> {
    let browsed = timeout(PATIENCE, records::browse(domain)).await.unwrap_or(Err(Unknown::Silent));
    browsed.map(|browsed| browsed.found).map_err(|unknown| unknown.to_string())
}

/// The proxies that a domain names.
#[derive(Debug)]
pub(crate) struct DomainProxies {
    domain: BrowseDomain,
    /// What was told of, by name. Where no address was found, there is none.
    told: BTreeMap<PlaceName, Vec<SocketAddr>>,
    was_answered: bool,
    trouble: Trouble,
    surplus: Trouble,
}

impl Source for DomainProxies {
    async fn run(self, sightings: mpsc::Sender<Sighting>, mut stop: Stop) {
        tokio::select! {
            () = stop.stopped() => {}
            () = self.follow(sightings) => {}
        }
    }
}

impl DomainProxies {
    /// Those of `domain`.
    pub(crate) fn of(domain: BrowseDomain) -> Self {
        let (trouble, surplus) = (Trouble::default(), Trouble::default());
        Self { domain, told: BTreeMap::new(), was_answered: false, trouble, surplus }
    }

    async fn follow(mut self, sightings: mpsc::Sender<Sighting>) {
        loop {
            let began = Instant::now();
            let answer = timeout(PATIENCE, records::browse(&self.domain)).await;
            let (news, pause) = match answer.unwrap_or(Err(Unknown::Silent)) {
                Ok(browsed) => {
                    let pause = pause(&browsed);
                    (self.accept(browsed), pause)
                }
                Err(unknown) => self.complain(&unknown),
            };
            for sighting in news {
                if sightings.send(sighting).await.is_err() {
                    return;
                }
            }
            sleep_until(began + pause).await;
        }
    }

    fn accept(&mut self, browsed: Browsed) -> Vec<Sighting> {
        let domain = &self.domain;
        if self.trouble.is_over() || !self.was_answered {
            tracing::info!(%domain, proxies = browsed.found.len(), "--browse-domain: the domain names proxies");
        }
        self.was_answered = true;
        match browsed.is_cut {
            true if self.surplus.is_news("") => tracing::warn!(
                %domain,
                "--browse-domain: the domain names more than {} proxies: the others are not looked for; name fewer, or \
                 take several domains",
                records::INSTANCES_MAX
            ),
            true => {}
            false => drop(self.surplus.is_over()),
        }
        let mut news = self.leave(|name| browsed.found.contains_key(name));
        for (name, addresses) in browsed.found {
            let place = Place::Domain(name.clone());
            news.push(match addresses {
                Ok(addresses) => {
                    self.told.insert(name, addresses.clone());
                    Sighting::Placed { place, addresses }
                }
                Err(reason) => {
                    self.told.entry(name).or_default();
                    Sighting::Unresolved { place, reason }
                }
            });
        }
        news
    }

    /// Tells the log why there is no answer. What was known holds, unless the domain names nobody.
    fn complain(&mut self, unknown: &Unknown) -> (Vec<Sighting>, Duration) {
        let (text, domain) = (unknown.to_string(), &self.domain);
        if self.trouble.is_news(&text) {
            tracing::warn!(%domain, "--browse-domain: {text}");
        }
        match *unknown {
            Unknown::Nobody(holds) => (self.leave(|_| false), holds.clamp(PERIOD.0, PERIOD.1)),
            Unknown::NoServer(_) | Unknown::Silent | Unknown::TooMany | Unknown::Failed(_) => {
                (Vec::new(), PERIOD.0)
            }
        }
    }

    /// Forgets those that are not named any more.
    fn leave(&mut self, stays: impl Fn(&PlaceName) -> bool) -> Vec<Sighting> {
        let gone = self.told.extract_if(.., |name, _| !stays(name));
        gone.map(|(name, _)| Sighting::Left { place: Place::Domain(name) }).collect()
    }
}

/// The time until the domain is asked for again.
fn pause(browsed: &Browsed) -> Duration {
    let (least, most) = PERIOD;
    browsed.holds.clamp(least, most).max(TIME_OF_QUESTION * browsed.questions)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxies() -> DomainProxies {
        DomainProxies::of("example.org".parse().unwrap())
    }

    fn browsed(found: &[(&str, Result<&str, &str>)]) -> Browsed {
        let place = |place: &Result<&str, &str>| match place {
            Ok(address) => Ok(vec![address.parse().unwrap()]),
            Err(reason) => Err((*reason).to_owned()),
        };
        let found = found.iter().map(|(name, it)| (PlaceName::new(name), place(it))).collect();
        Browsed { found, is_cut: false, holds: Duration::ZERO, questions: 3 }
    }

    /// What is told of, in short.
    fn told(news: &[Sighting]) -> Vec<String> {
        let short = |sighting: &Sighting| match sighting {
            Sighting::Placed { place, addresses } => format!("{place} at {addresses:?}"),
            Sighting::Unresolved { place, reason } => format!("{place}: {reason}"),
            Sighting::Left { place } => format!("no {place}"),
            Sighting::Seen { .. } | Sighting::Gone { .. } => panic!("DNS tells of places only"),
        };
        news.iter().map(short).collect()
    }

    #[test]
    fn what_is_named_is_told_and_what_is_not_named_any_more_leaves() {
        let mut proxies = proxies();
        let news = proxies.accept(browsed(&[("a", Ok("10.0.0.1:9")), ("b", Err("why"))]));
        assert_eq!(told(&news), ["a at [10.0.0.1:9]", "b: why"]);
        let news = proxies.accept(browsed(&[("a", Err("why")), ("c", Ok("10.0.0.3:9"))]));
        assert_eq!(told(&news), ["no b", "a: why", "c at [10.0.0.3:9]"]);
    }

    #[test]
    fn without_an_answer_everything_stays_and_a_domain_that_names_nobody_has_nobody() {
        let mut proxies = proxies();
        proxies.accept(browsed(&[("a", Ok("10.0.0.1:9"))]));
        for unknown in [Unknown::Silent, Unknown::TooMany, Unknown::Failed(String::new())] {
            assert_eq!(proxies.complain(&unknown), (Vec::new(), PERIOD.0));
        }
        let (news, pause) = proxies.complain(&Unknown::Nobody(Duration::from_secs(3600)));
        assert_eq!((told(&news), pause), (vec!["no a".to_owned()], PERIOD.1));
    }

    #[test]
    fn answers_are_asked_for_again_when_they_are_not_valid_any_more() {
        let after = |holds, questions| {
            pause(&Browsed {
                found: BTreeMap::new(),
                is_cut: false,
                holds: Duration::from_secs(holds),
                questions,
            })
        };
        let seconds = [after(0, 3), after(20, 3), after(86_400, 3), after(5, 769)].map(|it| it.as_secs());
        assert_eq!(seconds, [5, 20, 60, 38]);
    }
}
