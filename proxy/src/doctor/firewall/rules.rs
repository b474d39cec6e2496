//! Reads the rules of the kernel, as far as to know which chains may drop what comes in.

use std::collections::{BTreeMap, BTreeSet};

use crate::doctor::check::quoted;

/// A chain through which goes what comes in, and that may drop it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Obstacle {
    /// Of nftables: the family, the table and the chain.
    Nft(String, String, String),
    /// `INPUT` of iptables.
    Iptables,
    /// `INPUT` of ip6tables.
    Ip6tables,
}

#[derive(Debug, Default)]
struct Chain {
    is_first: bool,
    drops: bool,
    leads_to: BTreeSet<String>,
}

/// The chains of one table.
type Chains = BTreeMap<String, Chain>;

impl Obstacle {
    /// The line that lets a port in there. There is none for names that no shell takes.
    pub(super) fn line(&self, protocol: &str, port: u16) -> Option<String> {
        let legacy = |tool: &str| format!("sudo {tool} -I INPUT -p {protocol} --dport {port} -j ACCEPT");
        Some(match self {
            Self::Nft(family, table, chain) => {
                let [family, table, chain] = [quoted(family)?, quoted(table)?, quoted(chain)?];
                format!("sudo nft insert rule {family} {table} {chain} {protocol} dport {port} accept")
            }
            Self::Iptables => legacy("iptables"),
            Self::Ip6tables => legacy("ip6tables"),
        })
    }
}

/// The obstacles in what `nft list ruleset` says.
pub(super) fn of_nft(ruleset: &str) -> BTreeSet<Obstacle> {
    let mut tables: BTreeMap<(String, String), Chains> = BTreeMap::new();
    let (mut table, mut chain) = (None, None);
    for line in ruleset.lines().map(str::trim) {
        let words: Vec<&str> = line.split_whitespace().collect();
        match (words.as_slice(), &table, &chain) {
            (["table", family, name, ..], ..) => table = Some(((*family).to_owned(), (*name).to_owned())),
            (["chain", name, ..], Some(_), _) => chain = Some((*name).to_owned()),
            (["}"], _, Some(_)) => chain = None,
            (_, Some(table), Some(chain)) => {
                tables.entry(table.clone()).or_default().entry(chain.clone()).or_default().read_nft(&words);
            }
            _ => {}
        }
    }
    let is_of_packets = |family: &str| ["ip", "ip6", "inet"].contains(&family);
    let tables = tables.into_iter().filter(|((family, _), _)| is_of_packets(family));
    tables
        .flat_map(|((family, table), chains)| {
            let names = dropping(&chains);
            names.into_iter().map(move |chain| known(family.clone(), table.clone(), chain))
        })
        .collect()
}

/// What iptables has made is changed by iptables.
fn known(family: String, table: String, chain: String) -> Obstacle {
    match (family.as_str(), table.as_str(), chain.as_str()) {
        ("ip", "filter", "INPUT") => Obstacle::Iptables,
        ("ip6", "filter", "INPUT") => Obstacle::Ip6tables,
        _ => Obstacle::Nft(family, table, chain),
    }
}

/// Gives whether what `iptables-save` or `ip6tables-save` says may drop what comes in.
pub(super) fn drops(saved: &str) -> bool {
    let mut chains = Chains::new();
    let mut is_filter = false;
    for line in saved.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            [table] if table.starts_with('*') => is_filter = *table == "*filter",
            [name, policy, ..] if is_filter && name.starts_with(':') => {
                let chain = chains.entry(name[1..].to_owned()).or_default();
                (chain.is_first, chain.drops) = (*name == ":INPUT", chain.drops || *policy == "DROP");
            }
            ["-A", name, rule @ ..] if is_filter => {
                chains.entry((*name).to_owned()).or_default().read_iptables(rule);
            }
            _ => {}
        }
    }
    !dropping(&chains).is_empty()
}

impl Chain {
    fn read_nft(&mut self, words: &[&str]) {
        let is_hook = words.windows(2).any(|pair| matches!(pair, ["hook", "input" | "prerouting"]));
        self.is_first |= is_hook && words.starts_with(&["type", "filter"]);
        let plain = |word: &str| word.trim_end_matches(';').to_owned();
        self.drops |= words.iter().any(|word| ["drop", "reject"].contains(&plain(word).as_str()));
        let leads = words.windows(2).filter(|pair| ["jump", "goto"].contains(&pair[0]));
        self.leads_to.extend(leads.map(|pair| plain(pair[1])));
    }

    fn read_iptables(&mut self, rule: &[&str]) {
        let mut targets = rule.windows(2).filter(|pair| ["-j", "-g"].contains(&pair[0]));
        match targets.next() {
            Some([_, "DROP" | "REJECT"]) => self.drops = true,
            Some([_, other]) => drop(self.leads_to.insert((*other).to_owned())),
            _ => {}
        }
    }
}

/// The first chains from which a rule that drops is reached.
fn dropping(chains: &Chains) -> Vec<String> {
    let first = chains.iter().filter(|(_, chain)| chain.is_first);
    first.filter(|(name, _)| leads_to_a_drop(chains, name)).map(|(name, _)| name.clone()).collect()
}

fn leads_to_a_drop(chains: &Chains, from: &str) -> bool {
    let (mut known, mut next) = (BTreeSet::new(), vec![from]);
    while let Some(name) = next.pop() {
        let Some(chain) = chains.get(name).filter(|_| known.insert(name)) else { continue };
        if chain.drops {
            return true;
        }
        next.extend(chain.leads_to.iter().map(String::as_str));
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULESET: &str = "\
table inet firewall {
\tset blocked {
\t\ttype ipv4_addr
\t\telements = { 192.0.2.1 }
\t}

\tchain others {
\t\tip saddr @blocked drop
\t}

\tchain way_in {
\t\ttype filter hook input priority filter; policy accept;
\t\ttcp dport 22 accept
\t\tjump others
\t}

\tchain way_out {
\t\ttype filter hook output priority filter; policy drop;
\t}
}
# Warning: table ip filter is managed by iptables-nft, do not touch!
table ip filter {
\tchain FORWARD {
\t\ttype filter hook forward priority filter; policy drop;
\t}

\tchain INPUT {
\t\ttype filter hook input priority filter; policy drop;
\t}
}
table ip6 open {
\tchain input {
\t\ttype filter hook input priority filter; policy accept;
\t}
}
";

    #[test]
    fn the_line_names_the_table_and_the_chain_that_drop() {
        let lines: Vec<String> = of_nft(RULESET).iter().filter_map(|it| it.line("tcp", 9010)).collect();
        assert_eq!(
            lines,
            [
                "sudo nft insert rule inet firewall way_in tcp dport 9010 accept",
                "sudo iptables -I INPUT -p tcp --dport 9010 -j ACCEPT",
            ]
        );
        assert_eq!(of_nft(""), BTreeSet::new());
    }

    #[test]
    fn iptables_drops_by_its_policy_or_by_a_rule_that_is_reached() {
        assert!(drops("*filter\n:INPUT DROP [0:0]\nCOMMIT\n"));
        assert!(drops(
            "*filter\n:INPUT ACCEPT [0:0]\n:own - [0:0]\n-A INPUT -i eth0 -j own\n-A own -j REJECT\n"
        ));
        assert!(!drops("*filter\n:INPUT ACCEPT [0:0]\n:FORWARD DROP [0:0]\n-A FORWARD -j DROP\n"));
        assert!(!drops("*mangle\n:INPUT DROP [0:0]\n"));
    }
}
