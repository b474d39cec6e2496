//! Waits until the user or the system tells the program to stop.

pub(crate) use system::{asked, second_ends};

#[cfg(unix)]
mod system {
    use std::io;
    use std::sync::Arc;
    use std::sync::atomic::AtomicBool;

    use signal_hook::consts::{SIGINT, SIGTERM};
    use signal_hook::flag;
    use tokio::signal::unix::{SignalKind, signal};

    /// From now on the second of these signals ends the program at once with this status.
    pub(crate) fn second_ends(status: u8) -> io::Result<()> {
        let has_come = Arc::new(AtomicBool::new(false));
        for number in [SIGINT, SIGTERM] {
            // In this order: the first signal finds the flag as it is, and sets it.
            flag::register_conditional_shutdown(number, status.into(), has_come.clone())?;
            flag::register(number, has_come.clone())?;
        }
        Ok(())
    }

    /// Listens from now on. The future is ready after SIGINT, which is Ctrl-C, or SIGTERM.
    pub(crate) fn asked() -> io::Result<impl Future<Output = ()>> {
        let (mut interrupt, mut terminate) =
            (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
        Ok(async move {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
        })
    }
}

/// After Ctrl-C and Ctrl-Break the program has any time. After the other events Windows ends it
/// once their handler returns, and otherwise after 5 seconds. The handler of tokio does not return
/// from those. So the time is enough to close all connections, and the end of `main` is the end.
///
/// Windows tells only a program that loads neither `user32.dll` nor `gdi32.dll` of a log-off or a
/// shutdown.
#[cfg(windows)]
mod system {
    use std::io;

    use tokio::signal::windows::{ctrl_break, ctrl_c, ctrl_close, ctrl_logoff, ctrl_shutdown};

    /// Windows ends by itself a program that is closed, and has no second signal.
    #[expect(clippy::unnecessary_wraps, reason = "elsewhere it can fail")]
    pub(crate) const fn second_ends(_status: u8) -> io::Result<()> {
        Ok(())
    }

    /// Listens from now on. The future is ready after Ctrl-C or Ctrl-Break, when the window is
    /// closed, and when the user logs off or the machine shuts down.
    pub(crate) fn asked() -> io::Result<impl Future<Output = ()>> {
        let (mut interrupt, mut stop) = (ctrl_c()?, ctrl_break()?);
        let (mut close, mut log_off, mut shutdown) = (ctrl_close()?, ctrl_logoff()?, ctrl_shutdown()?);
        Ok(async move {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = stop.recv() => {}
                _ = close.recv() => {}
                _ = log_off.recv() => {}
                _ = shutdown.recv() => {}
            }
        })
    }
}
