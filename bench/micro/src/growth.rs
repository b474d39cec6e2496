//! Work whose amount others decide: twice as much of it must cost twice the work, and not four
//! times.

mod channel;
mod mesh;
mod text;

use std::fmt;

/// Does the work once.
pub type Work = Box<dyn FnOnce()>;

/// Some work whose amount others decide.
pub struct Growth {
    /// The work in words.
    pub name: &'static str,
    /// A size. Twice this size is possible too.
    pub size: usize,
    /// Prepares work of this size. The cost of this is not counted.
    pub prepare: fn(usize) -> Work,
}

/// All kinds of such work.
pub static GROWTH: &[Growth] = &[
    Growth::new("members of a link come", 1000, channel::come),
    Growth::new("members of a link leave one by one", 1000, channel::leave),
    Growth::new("members of a link leave together", 1000, channel::vanish),
    Growth::new("members wait for room and get it", 1000, channel::wait_for_room),
    Growth::new("clients come and go while members of a link wait for room", 2000, channel::reload),
    Growth::new("clients come and go while members of a link leave", 2000, channel::reload_late),
    Growth::new("a link says again and again that it has told all", 1000, channel::tell_all),
    Growth::new("links of one channel come and go", 64, channel::links),
    Growth::new("recipients lag and catch up", 500, channel::lag),
    Growth::new("senders are held back by one recipient", 250, channel::hold),
    Growth::new("clients send pieces while too much is unfinished", 1000, channel::unfinished),
    Growth::new("clients are pinged", 500, channel::ping),
    Growth::new("proxies announce themselves", 512, mesh::announcements),
    Growth::new("one more link among others", 256, mesh::link),
    Growth::new("a link with many channels goes", 256, mesh::channels),
    Growth::new("a string of escapes", 5000, text::escapes),
    Growth::new("an array of numbers", 5000, text::numbers),
    Growth::new("members of a frame that mean nothing", 1000, text::members),
    Growth::new("a message in pieces", 1000, text::pieces),
];

impl Growth {
    const fn new(name: &'static str, size: usize, prepare: fn(usize) -> Work) -> Self {
        Self { name, size, prepare }
    }

    /// The work with this name.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        GROWTH.iter().find(|growth| growth.name == name)
    }
}

impl fmt::Display for Growth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_work_can_be_done_in_both_sizes() {
        for growth in GROWTH {
            for size in [1, 2] {
                (growth.prepare)(size)();
            }
            assert!(std::ptr::eq(growth, Growth::named(growth.name).unwrap()), "{growth}");
        }
    }
}
