//! The ways to another proxy.

/// How a link reaches the other proxy. A better way is the greater one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Route {
    /// Over a broker that both proxies use.
    Backbone,
    /// Over the network, by an address.
    Direct,
}
