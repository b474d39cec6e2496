//! Divides connections among channels, and channels among processes.

use std::fmt;

use anyhow::{Result, ensure};
use rlimit::Resource;
use serde::Serialize;

use super::Options;

/// Addresses of loopback, from 127.0.0.2 on, from which clients connect in turn.
const SOURCES: usize = 250;
/// Descriptors of a process that are no connections.
const RESERVE: u64 = 64;

/// The load of all processes together.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Shape {
    pub(super) connections: usize,
    members: usize,
    channels: usize,
    /// Channels in which somebody speaks.
    active: usize,
    /// Connections that speak in each of those.
    speakers: usize,
    pace: f64,
    processes: usize,
}

impl Shape {
    pub(super) fn new(options: &Options) -> Result<Self> {
        let Options { connections, members, speakers, pace, processes } = *options;
        ensure!(members > 0 && connections > 0, "--connections and --members must not be 0");
        ensure!(connections.is_multiple_of(members), "--connections must be a multiple of --members");
        let channels = connections / members;
        ensure!(
            (1..=channels.min(200)).contains(&processes),
            "--processes must be 1 to 200, and no more than there are channels"
        );
        ensure!(speakers <= connections, "more --speakers than --connections");
        // Nobody hears the only member of a channel.
        let speakers = if members == 1 { 0 } else { speakers };
        Ok(Self {
            connections,
            members,
            channels,
            active: speakers.min(channels),
            speakers: speakers.div_ceil(channels),
            pace,
            processes,
        })
    }

    /// Checks that the server may have as many descriptors as it needs, and so each process.
    pub(super) fn need_descriptors(&self) -> Result<()> {
        let (limit, _) = Resource::NOFILE.get()?;
        let needed = self.connections as u64 + RESERVE;
        ensure!(
            limit >= needed,
            "{} connections need {needed} open files, and {limit} are allowed here: raise the limit \
             (`ulimit -Hn {needed}` as root), or choose fewer --connections",
            self.connections
        );
        Ok(())
    }

    /// The arguments of each process in the run with this number. Each has an address that no run
    /// had lately: for a minute the system keeps the ports of connections that have ended, and to
    /// find another one among them takes long.
    pub(super) fn words(&self, run: usize) -> Vec<String> {
        (0..self.processes).map(|process| self.of_process(process, run)).collect()
    }

    fn of_process(&self, process: usize, run: usize) -> String {
        let part = |whole: usize| whole * (process + 1) / self.processes - whole * process / self.processes;
        let (channels, active) = (part(self.channels), part(self.active));
        let load = match active {
            0 => "idle".to_owned(),
            _ => format!("rate --active {active} --senders {} --rate {}", self.speakers, self.pace),
        };
        let source = 2 + (run * self.processes + process) % SOURCES;
        format!("{load} --channels {channels} --peers {} --source 127.0.0.{source} --together", self.members)
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { connections, members, channels, active, speakers, pace, processes } = self;
        write!(
            f,
            "{connections} connections in {channels} channels of {members}, from {processes} processes; in \
             {active} channels {speakers} speak, {pace} messages a second each"
        )
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn shape(connections: usize, members: usize, speakers: usize) -> Result<Shape> {
        Shape::new(&Options { connections, members, speakers, pace: 2.0, processes: 3 })
    }

    #[test]
    fn every_channel_has_one_process() {
        let words = shape(19_000, 10, 1000).unwrap().words(0);
        assert_eq!(
            words[0],
            "rate --active 333 --senders 1 --rate 2 --channels 633 --peers 10 --source 127.0.0.2 --together"
        );
        let sum = |flag: &str| {
            let values = words.iter().filter_map(|words| words.split(flag).nth(1)?.split(' ').nth(1));
            values.map(|value| value.parse::<usize>().unwrap()).sum::<usize>()
        };
        assert_eq!((sum("--channels"), sum("--active")), (1900, 1000));
    }

    #[test]
    fn addresses_are_not_used_again_soon() {
        let shape = shape(30, 10, 0).unwrap();
        let all: HashSet<_> = (0..80).flat_map(|run| shape.words(run)).collect();
        assert_eq!(all.len(), 240);
    }

    #[test]
    fn who_is_alone_does_not_speak() {
        let words = shape(19_000, 1, 1000).unwrap().words(0);
        assert!(words.iter().all(|words| words.starts_with("idle ")));
    }

    #[test]
    fn several_speak_in_large_channels() {
        assert!(shape(19_000, 1000, 1000).unwrap().words(0)[0].contains("--active 6 --senders 53 "));
    }

    #[test]
    fn channels_are_whole() {
        assert!(shape(19_000, 7, 0).is_err());
        assert!(shape(20, 10, 0).is_err(), "fewer channels than processes");
    }
}
