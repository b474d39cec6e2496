//! What the links have answered for each channel.

use std::collections::{BTreeMap, BTreeSet};

use nws_protocol::ChannelName;

use crate::LinkId;

/// The channels that are offered. There are as many as a link has slots, with as many links as
/// there are.
#[derive(Default)]
pub(super) struct Searches(BTreeMap<ChannelName, Search>);

#[derive(Default)]
struct Search {
    /// Links that have not answered.
    asked: BTreeSet<LinkId>,
    /// Links to proxies that are in the channel.
    found: BTreeSet<LinkId>,
    /// A member waits for the answers.
    is_awaited: bool,
}

impl Searches {
    /// A channel is offered on `link`.
    pub(super) fn ask(&mut self, link: LinkId, channel: &ChannelName) {
        match self.0.get_mut(channel) {
            Some(search) => drop(search.asked.insert(link)),
            None => drop(self.0.entry(channel.clone()).or_default().asked.insert(link)),
        }
    }

    /// A member waits for the answers of all links about a channel.
    pub(super) fn wait_for(&mut self, channel: &ChannelName) {
        self.0.entry(channel.clone()).or_default().is_awaited = true;
    }

    /// A link has said all that it knows of a channel. Gives whether it was asked.
    pub(super) fn answer(&mut self, link: LinkId, channel: &ChannelName) -> bool {
        self.0.get_mut(channel).is_some_and(|search| search.asked.remove(&link))
    }

    /// The proxy of a link is in a channel from now on, or is no more.
    pub(super) fn share(&mut self, link: LinkId, channel: &ChannelName, is_matched: bool) {
        let Some(search) = self.0.get_mut(channel) else { return };
        if is_matched {
            search.found.insert(link);
        } else {
            search.found.remove(&link);
        }
    }

    /// A channel is offered no more.
    pub(super) fn forget(&mut self, channel: &ChannelName) {
        self.0.remove(channel);
    }

    /// A link is no more. Gives the channels for which it had not answered.
    pub(super) fn remove_link(&mut self, link: LinkId) -> Vec<ChannelName> {
        let mut changed = Vec::new();
        for (channel, search) in &mut self.0 {
            search.found.remove(&link);
            if search.asked.remove(&link) {
                changed.push(channel.clone());
            }
        }
        changed
    }

    /// The links to proxies that are in the channel, if a member waits for that and all links have
    /// answered. No member waits afterwards.
    pub(super) fn finish(&mut self, channel: &ChannelName) -> Option<&BTreeSet<LinkId>> {
        let search = self.0.get_mut(channel).filter(|search| search.asked.is_empty())?;
        std::mem::take(&mut search.is_awaited).then_some(&search.found)
    }
}
