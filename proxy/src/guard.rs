//! Ends the process when a state machine panics.

/// Runs something that must not be left half done.
pub(crate) fn guarded<R>(run: impl FnOnce() -> R) -> R {
    let _end = EndOnPanic::new();
    run()
}

/// Ends the process if a panic drops it: a roster that is half changed is worse than a restart. A
/// panic that had begun before continues, such as the panic of a session whose registration is
/// dropped by it.
pub(crate) struct EndOnPanic {
    was_panicking: bool,
}

impl EndOnPanic {
    /// Guards from now on.
    pub(crate) fn new() -> Self {
        Self { was_panicking: std::thread::panicking() }
    }
}

impl Drop for EndOnPanic {
    fn drop(&mut self) {
        if std::thread::panicking() && !self.was_panicking {
            tracing::error!("a state machine has panicked: the proxy ends rather than be wrong");
            std::process::abort();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Dropped while a session panics. A fault here ends the test program.
    struct Guarded;

    impl Drop for Guarded {
        fn drop(&mut self) {
            guarded(|| ());
        }
    }

    #[test]
    fn the_panic_of_another_is_not_that_of_a_state_machine() {
        let thread = std::thread::spawn(|| {
            let _guarded = Guarded;
            panic!("a thread panics");
        });
        assert!(thread.join().is_err());
    }
}
