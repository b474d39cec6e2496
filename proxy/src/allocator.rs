//! The allocator: what a peak has taken goes back to the system when it is over.

pub(crate) use chosen::give_back;

/// That of glibc keeps what lies below anything that is still in use: after a peak all of it stayed. jemalloc gives
/// back pages that nobody has used for some seconds.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
mod chosen {
    use tikv_jemalloc_ctl::{Result, background_thread, max_background_threads};
    use tikv_jemallocator::Jemalloc;

    #[global_allocator]
    static ALLOCATOR: Jemalloc = Jemalloc;

    /// Starts the thread that gives back, as a proxy that nobody uses allocates nothing, and so never would by itself.
    pub(crate) fn give_back() {
        let started = start();
        if let Err(error) = started {
            tracing::warn!(%error, "memory is given back only while the proxy is used");
        }
    }

    fn start() -> Result<()> {
        max_background_threads::write(1)?;
        background_thread::write(true)
    }
}

/// Other systems keep the allocator that they have. What it gives back after a peak was not measured.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
mod chosen {
    pub(crate) fn give_back() {}
}
