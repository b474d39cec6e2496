//! What the links have answered for each channel.

use std::collections::{BTreeMap, BTreeSet};

use nws_protocol::ChannelName;

use super::{LinkId, Mesh, MeshOutput};

/// The channels that are offered. As many as a link has slots, with as many links as there are.
#[derive(Default)]
pub(super) struct Searches(BTreeMap<ChannelName, Search>);

#[derive(Default)]
struct Search {
    /// Links that have not answered.
    asked: BTreeSet<LinkId>,
    /// Links to proxies that are in the channel.
    found: BTreeSet<LinkId>,
    /// Somebody waits for the answer.
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

    /// A channel is offered no more.
    pub(super) fn forget(&mut self, channel: &ChannelName) {
        self.0.remove(channel);
    }

    /// A link is no more; the answer are the channels for which it had not answered.
    pub(super) fn lose(&mut self, link: LinkId) -> Vec<ChannelName> {
        let mut changed = Vec::new();
        for (channel, search) in &mut self.0 {
            search.found.remove(&link);
            if search.asked.remove(&link) {
                changed.push(channel.clone());
            }
        }
        changed
    }

    /// Those who know the channel, if it is awaited and nobody is left to answer.
    fn finish(&mut self, channel: &ChannelName) -> Option<&BTreeSet<LinkId>> {
        let search = self.0.get_mut(channel).filter(|search| search.asked.is_empty())?;
        std::mem::take(&mut search.is_awaited).then_some(&search.found)
    }
}

impl Mesh {
    /// Says what is known of the channel as soon as all links have answered.
    pub(super) fn await_search(&mut self, channel: &ChannelName) {
        self.searches.0.entry(channel.clone()).or_default().is_awaited = true;
        self.finish_search(channel);
    }

    pub(super) fn on_searched(&mut self, link: LinkId, channel: &ChannelName) {
        if let Some(search) = self.searches.0.get_mut(channel)
            && search.asked.remove(&link)
        {
            self.finish_search(channel);
        }
    }

    pub(super) fn on_shared(&mut self, link: LinkId, channel: &ChannelName, is_matched: bool) {
        let Some(search) = self.searches.0.get_mut(channel) else { return };
        if is_matched && self.links.contains_key(link) {
            search.found.insert(link);
        } else {
            search.found.remove(&link);
        }
    }

    pub(super) fn end_searches_on(&mut self, link: LinkId) {
        for channel in self.searches.lose(link) {
            self.finish_search(&channel);
        }
    }

    fn finish_search(&mut self, channel: &ChannelName) {
        let Some(found) = self.searches.finish(channel) else { return };
        let remotes = found.iter().filter_map(|link| Some(self.links.get(*link)?.remote));
        let found = remotes.filter_map(|id| Some(self.remotes.by_id.get(id)?.proxy.clone())).collect();
        self.outputs.push_back(MeshOutput::Searched { channel: channel.clone(), found });
    }
}
