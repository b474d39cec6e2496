//! Lets time pass for a simulated proxy.

use std::time::Duration;

use super::Proxy;

impl Proxy {
    /// Lets time pass.
    pub fn advance(&mut self, by: Duration) {
        let end = self.clock.now() + by;
        self.settle();
        while let Some(at) = self.next().filter(|&at| at <= end) {
            self.clock.set(at);
            self.time_out();
            for client in self.limited().collect::<Vec<_>>() {
                self.write(client);
            }
            self.settle();
        }
        self.clock.set(end);
    }

    /// Lets time pass while the process does nothing, as if it was stopped. Its clients go on.
    /// Afterwards it first does what is due, and then reads what has come.
    pub fn stand_still(&mut self, time: Duration) {
        self.clock.set(self.clock.now() + time);
        self.time_out();
    }
}
