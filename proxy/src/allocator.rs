//! Chooses the allocator, so that memory goes back to the system after a peak.

pub(crate) use chosen::give_back;

/// The allocator of glibc keeps all memory that lies below anything that is still in use: after a
/// peak all of it stayed. That of musl kept most of it. jemalloc gives back pages that have not been
/// used for some seconds.
#[cfg(all(target_os = "linux", any(target_env = "gnu", target_env = "musl")))]
mod chosen {
    use tikv_jemalloc_ctl::{Access as _, AsName as _, Result, background_thread, max_background_threads};
    use tikv_jemallocator::Jemalloc;

    #[global_allocator]
    static ALLOCATOR: Jemalloc = Jemalloc;

    /// Milliseconds within which memory goes back that nobody uses any more. jemalloc's own value is
    /// 10 s: 19,000 connections then take 2.0 KiB each for as long, instead of 1.75, as tables have
    /// grown and requests are over. What traffic frees it takes again within milliseconds.
    const UNUSED_MS: isize = 3000;

    /// Starts the thread that gives memory back. Without it, jemalloc does so only while the
    /// program allocates, and an idle proxy does not.
    pub(crate) fn give_back() {
        let started = start();
        if let Err(error) = started {
            tracing::warn!(%error, "an idle proxy does not give memory back to the system");
        }
    }

    fn start() -> Result<()> {
        max_background_threads::write(1)?;
        background_thread::write(true)?;
        // The first arena exists already. Those of other threads begin with what is set for all.
        for name in ["arenas.dirty_decay_ms\0", "arena.0.dirty_decay_ms\0"] {
            name.name().write(UNUSED_MS)?;
        }
        Ok(())
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn unused_memory_goes_back_soon() {
            start().expect("jemalloc takes it");
            for name in ["arenas.dirty_decay_ms\0", "arena.0.dirty_decay_ms\0"] {
                assert_eq!(name.name().read(), Ok(UNUSED_MS), "{name}");
            }
            assert_eq!(background_thread::read(), Ok(true));
        }
    }
}

/// Other systems keep their own allocator. What it gives back after a peak was not measured.
#[cfg(not(all(target_os = "linux", any(target_env = "gnu", target_env = "musl"))))]
mod chosen {
    pub(crate) fn give_back() {}
}
