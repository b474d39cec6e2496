//! Installs the service, or leaves things as they were.

use std::process::ExitCode;

use nws_proxy::Config;

use super::command_line::CommandLine;
use super::port::Holder;
use super::{Error, State, Supervisor, Voice, port, program, release, startup, status};
use crate::cli::{Install, config_of, unseen_variables};
use crate::command::end;

/// Installs the service that is wanted, and says what the user should know.
pub(super) fn install(supervisor: &dyn Supervisor, wanted: Install, voice: Voice) -> Result<ExitCode, Error> {
    let program = program::find()?;
    let wanted = CommandLine { program: program.path, arguments: wanted.arguments().map_err(Error::Fault)? };
    let config = config_of(&wanted.arguments).map_err(Error::Fault)?;
    let before = supervisor.installed()?;
    let advice = replace(supervisor, before.as_ref(), &wanted, &config, voice)?;
    let done = if before.is_some() { "replaced" } else { "installed" };
    voice.say(&format!("{done}: {}", supervisor.file().display()));
    status(supervisor, voice)?;
    let unseen = unseen_variables();
    if !unseen.is_empty() {
        let names = unseen.join(", ");
        voice
            .say(&format!("warning: the service does not see {names} of this shell: give flags behind `--`"));
    }
    program.warning.iter().for_each(|warning| voice.say(&format!("warning: {warning}")));
    advice.iter().for_each(|advice| voice.say(advice));
    end(0, None);
    Ok(ExitCode::SUCCESS)
}

/// Puts the wanted service in the place of the one before, and gives advice. Undoes what it did if
/// the service does not serve.
fn replace(
    supervisor: &dyn Supervisor,
    before: Option<&CommandLine>,
    wanted: &CommandLine,
    config: &Config,
    voice: Voice,
) -> Result<Vec<String>, Error> {
    // A taken port comes first: whoever has a proxy already needs no service.
    check_port(supervisor, config, before)?;
    supervisor.check_readiness()?;
    supervisor.write(wanted)?;
    let begun = begin(supervisor, wanted, config);
    if begun.is_err() {
        if undo(supervisor, before, voice) {
            release(supervisor, wanted, before, voice);
        }
    } else if let Some(before) = before {
        release(supervisor, before, Some(wanted), voice);
    }
    begun
}

/// Fails if another program has the port that the service is about to get.
fn check_port(
    supervisor: &dyn Supervisor,
    config: &Config,
    before: Option<&CommandLine>,
) -> Result<(), Error> {
    let own = before.and_then(|before| config_of(&before.arguments).ok()).map(|config| config.port);
    let has_it = own == Some(config.port) && matches!(supervisor.state()?, State::Running { .. });
    if !config.tcp || has_it {
        return Ok(());
    }
    let Some(holder) = port::holder(config.port) else { return Ok(()) };
    let remedy = remedy(supervisor, holder);
    Err(Error::PortTaken { port: config.port, holder, remedy })
}

/// What can be done about the program that has the port. A rival is a proxy.
fn remedy(supervisor: &dyn Supervisor, holder: Holder) -> String {
    let rival = if holder == Holder::Proxy { supervisor.rival() } else { None };
    rival.unwrap_or_else(|| "stop it".to_owned())
}

/// Starts the service that is written, and gives advice when it serves.
fn begin(supervisor: &dyn Supervisor, wanted: &CommandLine, config: &Config) -> Result<Vec<String>, Error> {
    let advice = supervisor.prepare(wanted, config)?;
    supervisor.start()?;
    startup::wait(supervisor, config)?;
    Ok(advice)
}

/// Gives the service its earlier settings, or removes it where there was none, and says so. Gives
/// whether that succeeds; an earlier service that does not start has its settings all the same.
fn undo(supervisor: &dyn Supervisor, before: Option<&CommandLine>, voice: Voice) -> bool {
    let undone = before.map_or_else(|| supervisor.uninstall(), |before| supervisor.write(before));
    if let Err(error) = undone {
        voice.say(&format!("warning: the service is not as it was before: {}", error.in_full()));
        return false;
    }
    match before.map(|_| supervisor.start()) {
        None => voice.say("the new service is removed again"),
        Some(Ok(())) => voice.say("the service has its earlier settings again"),
        Some(Err(error)) => {
            let reason = error.in_full();
            voice.say(&format!(
                "warning: the service has its earlier settings again, but it does not run: {reason}"
            ));
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::super::fake::{Fake, config};
    use super::*;

    fn program(name: &str) -> CommandLine {
        let arguments = ["run", "--port", "0"].map(str::to_owned).into();
        CommandLine { program: name.to_owned(), arguments }
    }

    /// The steps in which `new` takes the place of `old`, and whether it does.
    fn replaced(old: Option<&str>, fails: &'static [&'static str]) -> (Vec<String>, bool) {
        let fake = Fake { fails, ..Fake::default() };
        let old = old.map(program);
        let done = replace(
            &fake,
            old.as_ref(),
            &program("new"),
            &config(&["--port", "0"]),
            Voice { is_json: false },
        );
        assert!(done.as_ref().map_or(true, |advice| advice == &["advice"]));
        (fake.steps.take(), done.is_ok())
    }

    const BEGUN: [&str; 4] = ["check", "write new", "prepare new", "start new"];

    #[track_caller]
    fn expect(old: Option<&str>, fails: &'static [&'static str], begun: usize, then: &[&str]) {
        let steps = [&BEGUN[..begun], then].concat();
        assert_eq!(
            replaced(old, fails),
            (steps.iter().map(|&step| step.to_owned()).collect(), fails.is_empty())
        );
    }

    #[test]
    fn what_the_earlier_program_had_is_released() {
        expect(None, &[], 4, &[]);
        expect(Some("old"), &[], 4, &["release old, keep new"]);
    }

    #[test]
    fn what_was_not_written_is_not_undone() {
        expect(Some("old"), &["check"], 1, &[]);
        expect(Some("old"), &["write new", "write old"], 2, &[]);
    }

    #[test]
    fn a_service_that_does_not_start_is_undone() {
        let undone = ["write old", "start old", "release new, keep old"];
        expect(Some("old"), &["start new"], 4, &undone);
        expect(Some("old"), &["prepare new"], 3, &undone);
        expect(Some("old"), &["start new", "start old"], 4, &undone);
        expect(None, &["start new"], 4, &["uninstall", "release new, keep nothing"]);
        // The new service is still there.
        expect(Some("old"), &["start new", "write old"], 4, &["write old"]);
        expect(None, &["start new", "uninstall"], 4, &["uninstall"]);
    }

    #[test]
    fn a_rival_is_named_only_if_a_proxy_has_the_port() {
        let fake = Fake { rival: Some("end the other".to_owned()), ..Fake::default() };
        assert_eq!(remedy(&fake, Holder::Program), "stop it");
        assert_eq!(remedy(&fake, Holder::Proxy), "end the other");
        assert_eq!(remedy(&Fake::default(), Holder::Proxy), "stop it");
    }
}
