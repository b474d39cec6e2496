//! Ends the process where a state machine panics.

/// Runs what must not be survived by half.
pub(crate) fn guarded<R>(run: impl FnOnce() -> R) -> R {
    let _end = EndOnPanic::new();
    run()
}

/// Ends the process if a panic drops it: a roster that is half changed is worse than a restart. A
/// panic that was on its way before, as that of a session whose registration is dropped, goes on.
pub(crate) struct EndOnPanic {
    was_panicking: bool,
}

impl EndOnPanic {
    /// From now on.
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

    /// What goes when somebody panics. What is wrong here ends the test program.
    struct Guarded;

    impl Drop for Guarded {
        fn drop(&mut self) {
            guarded(|| ());
        }
    }

    #[test]
    fn the_panic_of_another_is_not_that_of_a_state_machine() {
        let somebody = std::thread::spawn(|| {
            let _guarded = Guarded;
            panic!("somebody panics");
        });
        assert!(somebody.join().is_err());
    }
}
