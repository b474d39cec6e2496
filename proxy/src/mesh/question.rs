//! Answers questions about links and candidates.

use std::net::SocketAddr;
use std::rc::Rc;
use std::time::{Duration, Instant};

use nws_core::{CandidateState, LinkState, MeshInput, MeshSurvey, Target};
use nws_protocol::ProxyId;
use tokio::sync::oneshot;

use super::MeshDriver;
use super::callers::Caller;
use super::faults::{Blamed, Fault};
use super::partner::{Found, Partner};
use super::past::LinkEvent;
use crate::discovery::{PeerAddress, Place, Sighting};

/// Something that is asked of the mesh.
pub(crate) enum MeshQuestion {
    /// What there is.
    Survey(oneshot::Sender<MeshAnswer>),
    /// To dial this now.
    Dial(Target, oneshot::Sender<()>),
    /// To heed what a look-up has found.
    Sight(Sighting, oneshot::Sender<()>),
}

/// Something that is to be dialled.
#[derive(Clone, Debug)]
pub(crate) enum Wanted {
    /// This has an address.
    Target(Target),
    /// This name that the user gives has none yet.
    Name(PeerAddress),
}

/// What there is.
#[derive(Debug)]
pub(crate) struct MeshAnswer {
    pub(crate) own: ProxyId,
    pub(crate) links: Vec<LinkAnswer>,
    pub(crate) candidates: Vec<CandidateAnswer>,
    /// Places that never had an address, with the reason.
    pub(crate) unresolved: Vec<(Place, Fault)>,
    /// Places that lead to a proxy that is linked, and that proxy.
    pub(crate) linked_places: Vec<(Place, ProxyId)>,
    /// What happened to links lately, the oldest first.
    pub(crate) events: Vec<LinkEvent>,
    /// From where there were connections, and how many such addresses are forgotten.
    pub(crate) callers: (Vec<Caller>, usize),
    /// What is left of the handshakes, and of the evaluations of strangers and of friends.
    pub(crate) rations: [usize; 3],
    /// Frames and bytes on all links since the start.
    pub(crate) received: (u64, u64),
    pub(crate) sent: (u64, u64),
}

/// One connection to another proxy.
#[derive(Debug)]
pub(crate) struct LinkAnswer {
    pub(crate) state: LinkState,
    pub(crate) address: SocketAddr,
    pub(crate) found: Found,
    pub(crate) received: (u64, u64),
    pub(crate) sent: (u64, u64),
    pub(crate) round_trips: Vec<Duration>,
}

/// One proxy, or configured address, that is not linked.
#[derive(Debug)]
pub(crate) struct CandidateAnswer {
    pub(crate) state: CandidateState,
    pub(crate) addresses: Vec<SocketAddr>,
    /// Where it is looked for, if it has no other name.
    pub(crate) place: Option<Place>,
    pub(crate) fault: Option<Fault>,
}

impl MeshDriver {
    pub(super) fn answer(self: &Rc<Self>, question: MeshQuestion) {
        // Whoever has asked may have gone.
        match question {
            MeshQuestion::Survey(reply) => drop(reply.send(self.survey())),
            MeshQuestion::Dial(target, reply) => {
                self.input(MeshInput::Wanted { target });
                let _ = reply.send(());
            }
            MeshQuestion::Sight(sighting, reply) => {
                // It may have been removed while it was looked up.
                if sighting.place().is_none_or(|place| self.dials.borrow().named.find(place).is_some()) {
                    self.sight(sighting);
                }
                let _ = reply.send(());
            }
        }
    }

    fn survey(&self) -> MeshAnswer {
        let MeshSurvey { links, candidates, linked_places } = self.core.borrow_mut().survey(Instant::now());
        let partners = self.partners.borrow();
        let link = |state: LinkState| Some(link_answer(partners.get(state.link)?, state));
        let traffic = partners.values().map(|partner| partner.traffic());
        let [received, sent] = self.past.borrow().carried(traffic);
        MeshAnswer {
            own: self.own.clone(),
            links: links.into_iter().filter_map(link).collect(),
            candidates: candidates
                .into_iter()
                .map(|state| self.candidate_answer(state))
                .filter(CandidateAnswer::is_one)
                .collect(),
            unresolved: self.unresolved(),
            linked_places: self.named(linked_places),
            events: self.past.borrow().events(),
            callers: self.past.borrow().callers.all(),
            rations: self.rate_limits.borrow().left(),
            received,
            sent,
        }
    }

    fn unresolved(&self) -> Vec<(Place, Fault)> {
        let (dials, past) = (self.dials.borrow(), self.past.borrow());
        let of = |index| past.faults.of(&Blamed::Name(index)).cloned();
        dials.named.unresolved().filter_map(|(index, place)| Some((place.clone(), of(index)?))).collect()
    }

    fn named(&self, places: Vec<(usize, ProxyId)>) -> Vec<(Place, ProxyId)> {
        let dials = self.dials.borrow();
        places
            .into_iter()
            .filter_map(|(index, proxy)| Some((dials.named.place(index)?.clone(), proxy)))
            .collect()
    }

    fn candidate_answer(&self, state: CandidateState) -> CandidateAnswer {
        let (dials, past) = (self.dials.borrow(), self.past.borrow());
        let faults = &past.faults;
        let (addresses, place, blamed) = match &state.target {
            Target::Proxy { proxy, addresses } => {
                (addresses.clone(), None, vec![Blamed::Proxy(proxy.clone())])
            }
            Target::Peer(index) => {
                let blamed = vec![Blamed::Named(*index), Blamed::Name(*index)];
                (dials.named.addresses(*index), dials.named.place(*index).cloned(), blamed)
            }
        };
        // What is known of a proxy also concerns the address that leads to it.
        let of_proxy = state.proxy.clone().and_then(|proxy| faults.of(&Blamed::Proxy(proxy)));
        let all = blamed.iter().filter_map(|blamed| faults.of(blamed)).chain(of_proxy);
        let fault = all.max_by_key(|fault| fault.at).cloned();
        CandidateAnswer { state, addresses, place, fault }
    }
}

impl CandidateAnswer {
    /// Gives whether a proxy may be there. Most machines of a tailnet have none, and were asked.
    fn is_one(&self) -> bool {
        let Some(place @ Place::Tailnet(_)) = &self.place else { return true };
        self.state.was_linked || self.fault.as_ref().is_none_or(|fault| place.is_amiss(fault.kind))
    }
}

fn link_answer(partner: &Partner, state: LinkState) -> LinkAnswer {
    let traffic = partner.traffic();
    LinkAnswer {
        state,
        address: partner.address(),
        found: partner.found().clone(),
        received: (traffic.received.frames(), traffic.received.bytes()),
        sent: (traffic.sent.frames(), traffic.sent.bytes()),
        round_trips: traffic.round_trips(),
    }
}
