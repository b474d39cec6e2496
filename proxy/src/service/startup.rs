//! Waits until a service that was started serves: not every supervisor knows when a proxy does.

use std::time::{Duration, Instant};

use nws_proxy::Config;

use super::{Error, State, Supervisor, port};

/// How long a new service has to answer.
const PATIENCE: Duration = Duration::from_secs(15);
const PAUSE: Duration = Duration::from_millis(100);

/// How long one process has to run where no port tells whether it serves. A proxy that cannot have
/// its sockets ends within a small part of this time.
const STEADY: Duration = Duration::from_secs(1);

/// Waits until the service answers at its port. Where there is none, or none that is known, one
/// process has to run for a second: a proxy that ends at once is started again as another process.
pub(super) fn wait(supervisor: &dyn Supervisor, config: &Config) -> Result<(), Error> {
    wait_for(supervisor, config, PATIENCE)
}

fn wait_for(supervisor: &dyn Supervisor, config: &Config, patience: Duration) -> Result<(), Error> {
    let port = Some(config.port).filter(|&port| config.tcp && port != 0);
    let mut watch = Watch::default();
    let mut serves = || match port {
        Some(port) => Ok(port::serves(port)),
        None => Ok(watch.is_steady(supervisor.state()?, Instant::now())),
    };
    let deadline = Instant::now() + patience;
    while !serves()? {
        if Instant::now() > deadline {
            return Err(Error::NotStarted(reason(supervisor.state()?, port)));
        }
        std::thread::sleep(PAUSE);
    }
    Ok(())
}

/// Why a service in this state does not serve.
fn reason(state: State, port: Option<u16>) -> String {
    match (state, port) {
        (State::Stopped { reason: Some(reason) }, _) => reason,
        (_, Some(port)) => format!("it does not answer at port {port}"),
        (_, None) => "it does not keep running".to_owned(),
    }
}

/// Knows since when one process is seen.
#[derive(Default)]
struct Watch {
    seen: Option<(String, Instant)>,
}

impl Watch {
    /// Gives whether one process has run for long enough. The service is in this state now.
    fn is_steady(&mut self, state: State, now: Instant) -> bool {
        let State::Running { process: Some(process), .. } = state else {
            self.seen = None;
            return false;
        };
        match &self.seen {
            Some((known, since)) if *known == process => now - *since >= STEADY,
            _ => {
                self.seen = Some((process, now));
                false
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::fake::{Fake, config};
    use super::*;

    fn running(process: Option<&str>) -> State {
        State::Running { since: "today".to_owned(), process: process.map(str::to_owned) }
    }

    #[test]
    fn a_process_is_steady_when_it_is_seen_for_long_enough() {
        let start = Instant::now();
        let mut watch = Watch::default();
        let mut is_steady = |state, at: f64| watch.is_steady(state, start + STEADY.mul_f64(at));
        assert!(!is_steady(running(Some("1")), 0.0) && !is_steady(running(Some("1")), 0.9));
        assert!(!is_steady(State::Stopped { reason: None }, 1.0) && !is_steady(running(Some("1")), 1.1));
        // It was started again.
        assert!(!is_steady(running(Some("2")), 2.5) && is_steady(running(Some("2")), 3.5));
        // A host of Windows that has not started its proxy yet.
        assert!(!is_steady(running(None), 4.0) && !is_steady(running(None), 6.0));
    }

    #[test]
    fn a_service_that_does_not_run_is_told() {
        for flags in [&["--port", "0"] as &[&str], &["--no-tcp", "--unix", "/run/user/1000/nws"]] {
            let waited = wait_for(&Fake { is_dead: true, ..Fake::default() }, &config(flags), Duration::ZERO);
            assert_eq!(waited.unwrap_err().to_string(), "the proxy does not start: it ended");
        }
    }

    #[test]
    fn a_service_that_does_not_answer_is_told_with_its_port() {
        assert_eq!(reason(running(Some("1")), Some(9100)), "it does not answer at port 9100");
        assert_eq!(reason(running(Some("1")), None), "it does not keep running");
    }
}
