//! Asks the tailscaled of this machine for the machines of its tailnet, each of which may run a proxy.
//!
//! Most of them run none, and nobody announces those that do. So each one that is online is dialled,
//! at the usual port. Two machines on which that is so find each other at once, whichever is there
//! last.
//!
//! tailscaled is asked again and again: that costs less than a millisecond, and everything that it
//! says is in each answer.

mod local_api;
mod members;
mod status;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, mpsc, watch};
use tokio::time::{Instant, sleep, sleep_until};

use super::{Place, PlaceName, Sighting, Source, Stop};
use crate::trouble::Trouble;

use local_api::Unanswered;
pub(crate) use members::{Tailnet, is_of_tailnets};

use members::Members;
use status::Status;

/// How often tailscaled is asked: a machine that comes is found about as fast as a proxy that comes
/// back.
const PERIOD: Duration = Duration::from_secs(5);

/// Shortest time between two questions.
const PERIOD_MIN: Duration = Duration::from_secs(1);

/// How long what was known holds while there is no answer, as while tailscaled is updated.
const KEPT: Duration = Duration::from_secs(30);

/// The machines of the tailnet of this one.
#[derive(Debug)]
pub(crate) struct TailnetMachines {
    /// The socket of tailscaled.
    socket: PathBuf,
    members: watch::Sender<Arc<Members>>,
    questions: Arc<Notify>,
    /// What was told of, by name.
    told: BTreeMap<PlaceName, Vec<SocketAddr>>,
    /// When the last answer came.
    answered: Option<Instant>,
    trouble: Trouble,
    oddity: Trouble,
    surplus: Trouble,
}

/// The machines of the tailnet that are online, and where a proxy may be on each, as the tailscaled
/// that listens at `socket` says.
///
/// # Errors
///
/// The reason why they are not known.
pub(crate) async fn online(socket: &Path) -> Result<BTreeMap<PlaceName, Vec<SocketAddr>>, Unanswered> {
    let status = local_api::ask(socket).await.and_then(members::own_of)?;
    Ok(status.machines)
}

impl Source for TailnetMachines {
    async fn run(self, sightings: mpsc::Sender<Sighting>, mut stop: Stop) {
        tokio::select! {
            () = stop.stopped() => {}
            () = self.follow(sightings) => {}
        }
    }
}

impl TailnetMachines {
    /// Those of the tailscaled that listens at `socket`, and what is known of them.
    pub(crate) fn of(socket: PathBuf) -> (Self, Tailnet) {
        let (members, questions) = (watch::Sender::default(), Arc::new(Notify::new()));
        let tailnet = Tailnet::new(members.subscribe(), Arc::clone(&questions));
        let source = Self {
            socket,
            members,
            questions,
            told: BTreeMap::new(),
            answered: None,
            trouble: Trouble::default(),
            oddity: Trouble::default(),
            surplus: Trouble::default(),
        };
        (source, tailnet)
    }

    async fn follow(mut self, sightings: mpsc::Sender<Sighting>) {
        loop {
            let next = Instant::now() + PERIOD;
            let news = match local_api::ask(&self.socket).await.and_then(members::own_of) {
                Ok(status) => self.accept(status),
                Err(unanswered) => self.complain(&unanswered),
            };
            for sighting in news {
                if sightings.send(sighting).await.is_err() {
                    return;
                }
            }
            sleep(PERIOD_MIN).await;
            tokio::select! {
                () = self.questions.notified() => {}
                () = sleep_until(next) => {}
            }
        }
    }

    /// Takes note of an answer. Gives what is new in it.
    fn accept(&mut self, status: Status) -> Vec<Sighting> {
        self.answered = Some(Instant::now());
        let was_unknown = self.members.borrow().is_empty();
        if self.trouble.is_over() || was_unknown {
            let online = status.machines.len();
            tracing::info!(online, "tailscaled names the machines of the tailnet, which may run a proxy too");
        }
        self.tell_faults(&status);
        self.members.send_replace(Arc::new(Members::new(status.own, status.others)));
        self.replace(status.machines)
    }

    /// Tells the log why there is no answer. Gives what follows for the machines.
    fn complain(&mut self, unanswered: &Unanswered) -> Vec<Sighting> {
        let text = unanswered.to_string();
        if self.trouble.is_news(&text) {
            if *unanswered == Unanswered::Starting {
                tracing::info!("--tailscale: {text}");
            } else {
                tracing::warn!("--tailscale: {text}");
            }
        }
        let is_kept = self.answered.is_some_and(|answered| answered.elapsed() < KEPT);
        if is_kept && !unanswered.is_answer() {
            return Vec::new();
        }
        self.members.send_replace(Arc::default());
        self.replace(BTreeMap::new())
    }

    fn tell_faults(&mut self, status: &Status) {
        match status.is_odd {
            true if self.oddity.is_news("") => tracing::warn!(
                "--tailscale: what listens at {} names machines at addresses that no tailnet has: they are left out; \
                 is it tailscaled?",
                self.socket.display()
            ),
            true => {}
            false => drop(self.oddity.is_over()),
        }
        match status.is_cut {
            true if self.surplus.is_news("") => tracing::warn!(
                "--tailscale: more than {} machines of the tailnet are online: the others are not dialled; they \
                 are linked if they dial this one, or if --peer names them",
                status::MACHINES_MAX
            ),
            true => {}
            false => drop(self.surplus.is_over()),
        }
    }

    /// The differences between what was told and what is so now.
    fn replace(&mut self, machines: BTreeMap<PlaceName, Vec<SocketAddr>>) -> Vec<Sighting> {
        let gone = self.told.keys().filter(|name| !machines.contains_key(*name));
        let gone = gone.map(|name| Sighting::Left { place: Place::Tailnet(name.clone()) });
        let is_news =
            |(name, addresses): &(&PlaceName, &Vec<SocketAddr>)| self.told.get(*name) != Some(*addresses);
        let placed = machines.iter().filter(is_news).map(|(name, addresses)| Sighting::Placed {
            place: Place::Tailnet(name.clone()),
            addresses: addresses.clone(),
        });
        let news = gone.chain(placed).collect();
        self.told = machines;
        news
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(machines: &[(&str, &str)]) -> Status {
        let machine = |(name, address): &(&str, &str)| (PlaceName::new(name), vec![address.parse().unwrap()]);
        let own = ["100.64.0.1".parse().unwrap()].into();
        Status { own, machines: machines.iter().map(machine).collect(), ..Status::default() }
    }

    /// What is told of, in short.
    fn told(news: &[Sighting]) -> Vec<String> {
        let short = |sighting: &Sighting| match sighting {
            Sighting::Placed { place, addresses } => format!("{place} at {addresses:?}"),
            Sighting::Left { place } => format!("no {place}"),
            Sighting::Seen { .. } | Sighting::Gone { .. } | Sighting::Unresolved { .. } => {
                panic!("only those")
            }
        };
        news.iter().map(short).collect()
    }

    #[tokio::test(start_paused = true)]
    async fn only_what_changes_is_told() {
        let (mut machines, _) = TailnetMachines::of(PathBuf::new());
        let news = machines.accept(status(&[("a", "100.64.0.2:9"), ("b", "100.64.0.3:9")]));
        assert_eq!(told(&news), ["a at [100.64.0.2:9]", "b at [100.64.0.3:9]"]);
        let news = machines.accept(status(&[("a", "100.64.0.2:9"), ("b", "100.64.0.4:9")]));
        assert_eq!(told(&news), ["b at [100.64.0.4:9]"]);
        assert_eq!(told(&machines.accept(status(&[("b", "100.64.0.4:9")]))), ["no a"]);
    }

    #[tokio::test(start_paused = true)]
    async fn without_an_answer_everything_stays_for_a_while() {
        let (mut machines, tailnet) = TailnetMachines::of(PathBuf::new());
        machines.accept(status(&[("a", "100.64.0.2:9")]));
        let absent = Unanswered::Absent(PathBuf::new());
        assert_eq!(machines.complain(&absent), []);
        tokio::time::advance(KEPT).await;
        assert_eq!(told(&machines.complain(&absent)), ["no a"]);
        machines.accept(status(&[("a", "100.64.0.2:9")]));
        assert_eq!(told(&machines.complain(&Unanswered::Stopped)), ["no a"], "it says so");
        assert!(!tailnet.admits("100.64.0.1".parse().unwrap(), "100.64.0.2".parse().unwrap()));
    }
}
