//! Describes the interfaces for the log: those that are used, those that are not, and the reasons.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::io;

use super::{Interface, InterfaceFilter, InterfaceGlob, Interfaces};
use crate::trouble::Trouble;

/// The reason why an interface is not used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Skipped {
    /// It is down.
    Down,
    /// It leads to this machine only.
    Loopback,
    /// It leads to containers.
    Containers,
    /// It leads to virtual machines.
    VirtualMachines,
    /// It is the end of a tunnel.
    Tunnel,
    /// `--no-interface` names it.
    Excluded,
    /// `--interface` does not name it.
    NotIncluded,
}

/// All interfaces at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Survey {
    /// Those that are used.
    pub(crate) used: Interfaces,
    /// The others, by name.
    pub(crate) skipped: BTreeMap<String, Skipped>,
    /// The patterns of `--interface` that match nothing.
    pub(crate) missing: Vec<String>,
}

/// Logs what has changed since the last time.
#[derive(Debug, Default)]
pub(super) struct Account {
    told: Option<Survey>,
    trouble: Trouble,
}

impl Survey {
    /// Reads the interfaces of this moment. A machine without a network still has itself: then
    /// loopback is used, unless `filter` excludes it.
    pub(crate) fn make(filter: &InterfaceFilter) -> io::Result<Self> {
        Ok(Self::of(if_addrs::get_if_addrs()?, filter))
    }

    pub(super) fn of(all: Vec<if_addrs::Interface>, filter: &InterfaceFilter) -> Self {
        let is_selected = |it: &if_addrs::Interface| it.is_oper_up() && filter.selects(it);
        let none_selected = !all.iter().any(is_selected);
        let mut survey = Self { missing: missing(&filter.include, &all), ..Self::default() };
        for interface in all {
            let is_last = none_selected && interface.is_oper_up() && filter.tolerates(&interface);
            match filter.objection(&interface).or((!interface.is_oper_up()).then_some(Skipped::Down)) {
                Some(reason) if !is_last => drop(survey.skipped.insert(interface.name, reason)),
                _ => survey.used.0.push(Interface::from(interface)),
            }
        }
        survey.used.0.sort_unstable();
        survey
    }

    /// The interfaces that are not used at all, each with the reason.
    pub(super) fn skipped(&self) -> impl Iterator<Item = (&str, String)> {
        self.skipped.iter().map(|(name, reason)| (name.as_str(), reason.to_string()))
    }

    /// The names of the interfaces that were used here and are not in `later`, and why. Loopback is
    /// used only as long as there is nothing else.
    fn lost(&self, later: &Self) -> BTreeMap<String, String> {
        let is_lost = |it: &&Interface| {
            !it.address.is_loopback() && !later.used.iter().any(|used| used.name == it.name)
        };
        let reason = |name: &str| later.skipped.get(name).map(ToString::to_string);
        let lost = self.used.iter().filter(is_lost).map(|it| it.name.clone());
        lost.map(|name| {
            let reason = reason(&name).unwrap_or_else(|| "it is gone, or has no address".to_owned());
            (name, reason)
        })
        .collect()
    }

    /// The reason why this proxy cannot be found, if it is known here.
    fn trouble(&self) -> Option<String> {
        if !self.missing.is_empty() {
            let missing = self.missing.join(", ");
            return Some(format!(
                "no network interface is called {missing}, which --interface names: {self}"
            ));
        }
        self.used.0.is_empty().then(|| format!("no network interface can be used: {self}"))
    }
}

fn missing(wanted: &[InterfaceGlob], all: &[if_addrs::Interface]) -> Vec<String> {
    let is_there = |glob: &&InterfaceGlob| all.iter().any(|interface| glob.matches(interface));
    wanted.iter().filter(|glob| !is_there(glob)).map(ToString::to_string).collect()
}

impl Account {
    /// Logs `survey` if it has changed: at level `info` if other interfaces are used now, at level
    /// `debug` otherwise. Warns of a trouble that is new.
    pub(super) fn tell(&mut self, survey: Survey) {
        if self.told.as_ref().is_none_or(|told| told.used != survey.used) {
            tracing::info!("network interfaces: {survey}");
        } else if self.told.as_ref() != Some(&survey) {
            tracing::debug!("network interfaces: {survey}");
        }
        for (name, reason) in self.told.iter().flat_map(|told| told.lost(&survey)) {
            tracing::warn!("the network interface {name} is not used any more: {reason}");
        }
        match survey.trouble() {
            Some(trouble) if self.trouble.is_news(&trouble) => tracing::warn!("{trouble}"),
            Some(_) => {}
            None => drop(self.trouble.is_over()),
        }
        self.told = Some(survey);
    }
}

impl fmt::Display for Survey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { used, skipped, .. } = self;
        let used = if used.0.is_empty() { "none".to_owned() } else { used.to_string() };
        write!(f, "used: {used}")?;
        let skipped: BTreeSet<String> =
            skipped.iter().map(|(name, reason)| format!("{name} ({reason})")).collect();
        if !skipped.is_empty() {
            let skipped: Vec<String> = skipped.into_iter().collect();
            write!(f, "; not used: {}", skipped.join(", "))?;
        }
        Ok(())
    }
}

impl fmt::Display for Interfaces {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, Interface { name, address, prefix, .. }) in self.0.iter().enumerate() {
            let comma = if number == 0 { "" } else { ", " };
            write!(f, "{comma}{name} {address}/{prefix}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Skipped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Down => "it is down",
            Self::Loopback => "loopback",
            Self::Containers => "for containers",
            Self::VirtualMachines => "for virtual machines",
            Self::Tunnel => "a tunnel",
            Self::Excluded => "--no-interface",
            Self::NotIncluded => "not in --interface",
        })
    }
}
