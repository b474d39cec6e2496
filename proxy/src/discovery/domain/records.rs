//! Asks DNS for the records that name proxies: PTR, SRV, and A and AAAA.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::iter;
use hickory_resolver::TokioResolver;
#[cfg(unix)]
use hickory_resolver::config::ResolveHosts;
use hickory_resolver::lookup::Lookup;
use hickory_resolver::net::{DnsError, NetError};
use hickory_resolver::proto::op::ResponseCode;
use hickory_resolver::proto::rr::{Name, RData, RecordType};
use nws_protocol::limits::ADDRESSES_MAX;

use super::BrowseDomain;
use crate::discovery::PlaceName;

/// Proxies of one domain that are looked for.
pub(super) const INSTANCES_MAX: usize = 256;

/// Questions that wait for an answer at one time.
const QUESTIONS_MAX: usize = 16;

/// How long one server may take to answer one question.
#[cfg(unix)]
const PATIENCE: Duration = Duration::from_secs(2);

/// How often it is asked.
#[cfg(unix)]
const ATTEMPTS: usize = 2;

/// What a domain says.
#[derive(Debug)]
pub(super) struct Browsed {
    /// Where its proxies are, by name, or why that is not known.
    pub(super) found: BTreeMap<PlaceName, Result<Vec<SocketAddr>, String>>,
    /// It names more of them.
    pub(super) is_cut: bool,
    /// How long all that holds.
    pub(super) holds: Duration,
    /// How many questions that took.
    pub(super) questions: u32,
}

/// Why it is not known what a domain says. It does not change from question to question.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Unknown {
    /// For so long.
    #[error(
        "the domain names no proxy: it has no PTR records at _nws._tcp (docs/machines.md shows which it needs)"
    )]
    Nobody(Duration),
    #[error("no DNS server is known: {0}")]
    NoServer(String),
    #[error(
        "no DNS server answers: is the right one in /etc/resolv.conf, and is it reached? What was found stays"
    )]
    Silent,
    #[error(
        "the domain names more proxies than one answer of DNS has room for: name fewer. What was found stays"
    )]
    TooMany,
    #[error("the DNS server fails ({0}): does it serve that domain? What was found stays")]
    Failed(String),
}

/// Asks the servers of this system, as they are now.
pub(super) async fn browse(domain: &BrowseDomain) -> Result<Browsed, Unknown> {
    let resolver = resolver().map_err(|error| Unknown::NoServer(error.to_string()))?;
    let named = resolver.lookup(domain.service().clone(), RecordType::PTR).await;
    let named = named.map_err(|error| unknown(&error))?;
    let mut holds = Holding::default();
    holds.note(&named);
    // Servers give them in another order each time: so those that are kept are always the same.
    let instances = data(&named).filter_map(|data| {
        let RData::PTR(target) = data else { return None };
        Some(target.0.to_lowercase())
    });
    let instances: BTreeSet<Name> = instances.collect();
    if instances.is_empty() {
        return Err(Unknown::Nobody(Duration::ZERO));
    }
    let is_cut = instances.len() > INSTANCES_MAX;
    let of_service = instances.into_iter().take(INSTANCES_MAX).map(|it| (it, RecordType::SRV));
    let services = ask(&resolver, of_service.collect(), &mut holds).await;
    let hosts: BTreeSet<Name> = services.values().flatten().filter_map(|it| Some(host(it)?.0)).collect();
    let of_hosts = hosts.into_iter().flat_map(|it| [(it.clone(), RecordType::A), (it, RecordType::AAAA)]);
    let addresses = ask(&resolver, of_hosts.collect(), &mut holds).await;
    let questions = 1 + services.len() + addresses.len();
    let found = services.iter().map(|((instance, _), service)| (shown(instance), place(service, &addresses)));
    let questions = questions.try_into().unwrap_or(u32::MAX);
    Ok(Browsed { found: found.collect(), is_cut, holds: holds.shortest(), questions })
}

type Question = (Name, RecordType);
type Answers = BTreeMap<Question, Result<Lookup, NetError>>;

/// A resolver that asks those that the system names now. It remembers nothing: how long an answer
/// holds decides when it is asked for again.
#[cfg(unix)]
fn resolver() -> Result<TokioResolver, NetError> {
    let mut builder = TokioResolver::builder_tokio()?;
    let options = builder.options_mut();
    options.timeout = options.timeout.min(PATIENCE);
    options.attempts = options.attempts.min(ATTEMPTS);
    options.cache_size = 0;
    options.use_hosts_file = ResolveHosts::Never;
    builder.build()
}

/// The flag is refused there, as this is so.
#[cfg(not(unix))]
const fn resolver() -> Result<TokioResolver, NetError> {
    Err(NetError::Message("the servers of DNS of this system are not known"))
}

async fn ask(resolver: &TokioResolver, questions: Vec<Question>, holds: &mut Holding) -> Answers {
    let ask = |(name, kind): Question| async move {
        let answer = resolver.lookup(name.clone(), kind).await;
        ((name, kind), answer)
    };
    let answers: Answers = iter(questions).map(ask).buffer_unordered(QUESTIONS_MAX).collect().await;
    answers.values().flatten().for_each(|answer| holds.note(answer));
    answers
}

/// The host and the port of a service. Of several, the one that is preferred.
fn host(service: &Lookup) -> Option<(Name, u16)> {
    let services = data(service).filter_map(|data| {
        let RData::SRV(service) = data else { return None };
        Some(service)
    });
    // A service at the root is none (RFC 2782).
    let services = services.filter(|it| it.port != 0 && !it.target.is_root());
    let best = services.min_by_key(|it| (it.priority, u16::MAX - it.weight, it.target.to_lowercase()));
    best.map(|it| (it.target.to_lowercase(), it.port))
}

/// Where a service is, or the reason why that is not known.
fn place(service: &Result<Lookup, NetError>, addresses: &Answers) -> Result<Vec<SocketAddr>, String> {
    let service = service.as_ref().map_err(|error| reason("SRV record", error))?;
    let (host, port) = host(service).ok_or("its SRV record names no host and port")?;
    let answers = [RecordType::A, RecordType::AAAA].map(|kind| addresses.get(&(host.clone(), kind)));
    let answers = || answers.into_iter().flatten();
    let all: BTreeSet<IpAddr> = answers().flatten().flat_map(data).filter_map(RData::ip_addr).collect();
    if all.is_empty() {
        let failure = answers().find_map(|answer| answer.as_ref().err());
        return Err(failure.map_or_else(|| "no address".to_owned(), |error| reason("address", error)));
    }
    let of_use = all.into_iter().filter(|ip| is_of_use(*ip)).map(|ip| (ip, port).into());
    let of_use: Vec<SocketAddr> = of_use.take(ADDRESSES_MAX).collect();
    if of_use.is_empty() { Err("its addresses are none of another machine".to_owned()) } else { Ok(of_use) }
}

/// Whether another machine may have the address. What is only valid on one cable has no place in
/// DNS, and this machine itself is not to be dialled because somebody says so.
fn is_of_use(address: IpAddr) -> bool {
    let address = address.to_canonical();
    let is_special = address.is_loopback() || address.is_unspecified() || address.is_multicast();
    let is_local = match address {
        IpAddr::V4(address) => address.is_link_local() || address.is_broadcast(),
        IpAddr::V6(address) => address.is_unicast_link_local(),
    };
    !is_special && !is_local
}

fn data(lookup: &Lookup) -> impl Iterator<Item = &RData> {
    lookup.answers().iter().map(|record| &record.data)
}

fn shown(instance: &Name) -> PlaceName {
    PlaceName::new(instance.to_utf8().trim_end_matches('.'))
}

/// What the server says, without what changes from question to question.
enum Said {
    /// There is none, for so many seconds.
    Nothing(u32),
    /// Nothing at all.
    Silence,
    /// This.
    Failure(String),
}

impl Said {
    fn of(error: &NetError) -> Self {
        if let NetError::Dns(DnsError::NoRecordsFound(none)) = error {
            let is_negative = [ResponseCode::NoError, ResponseCode::NXDomain].contains(&none.response_code);
            let failure = || Self::Failure(none.response_code.to_string());
            return if is_negative { Self::Nothing(none.negative_ttl.unwrap_or(0)) } else { failure() };
        }
        if let NetError::Dns(DnsError::ResponseCode(code)) = error {
            return Self::Failure(code.to_string());
        }
        if matches!(error, NetError::Timeout | NetError::NoConnections | NetError::Io(_)) {
            return Self::Silence;
        }
        Self::Failure("its answers are not valid".to_owned())
    }
}

fn unknown(error: &NetError) -> Unknown {
    if matches!(error, NetError::Truncated) {
        return Unknown::TooMany;
    }
    match Said::of(error) {
        Said::Nothing(seconds) => Unknown::Nobody(Duration::from_secs(seconds.into())),
        Said::Silence => Unknown::Silent,
        Said::Failure(failure) => Unknown::Failed(failure),
    }
}

fn reason(what: &str, error: &NetError) -> String {
    match Said::of(error) {
        Said::Nothing(_) => format!("DNS has no {what} of it"),
        Said::Silence => format!("no DNS server tells its {what}"),
        Said::Failure(failure) => format!("the DNS server fails to tell its {what} ({failure})"),
    }
}

/// How long answers hold, in seconds.
#[derive(Debug, Default)]
struct Holding(Option<u32>);

impl Holding {
    fn note(&mut self, lookup: &Lookup) {
        let shortest = lookup.answers().iter().map(|record| record.ttl).min();
        self.0 = self.0.into_iter().chain(shortest).min();
    }

    fn shortest(&self) -> Duration {
        Duration::from_secs(self.0.unwrap_or(0).into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_this_machine_are_of_no_use() {
        let is_of_use = |address: &str| is_of_use(address.parse().unwrap());
        assert!(["10.1.0.7", "192.0.2.1", "100.64.0.1", "2001:db8::1", "fd00::1"].into_iter().all(is_of_use));
        let no = [
            "127.0.0.1",
            "0.0.0.0",
            "224.0.0.251",
            "255.255.255.255",
            "169.254.169.254",
            "::1",
            "::",
            "ff02::fb",
        ];
        assert!(!no.into_iter().any(is_of_use));
        assert!(!["fe80::1", "::ffff:127.0.0.1", "::ffff:169.254.1.1"].into_iter().any(is_of_use));
    }
}
