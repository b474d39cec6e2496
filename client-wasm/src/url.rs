//! Where a channel is found.

use nws_protocol::{ChannelName, Scope};

/// The path of `channel` at a proxy.
///
/// Every character of a channel name stands for itself in a path.
pub(crate) fn path(scope: Scope, channel: &ChannelName) -> String {
    let folder = match scope {
        Scope::Local => "/local/",
        Scope::Network => "/network/",
    };
    String::from(folder) + channel.as_str()
}

/// The address of a `path` at the proxy behind `endpoint`.
pub(crate) fn join(endpoint: &str, path: &str) -> String {
    String::from(endpoint.strip_suffix('/').unwrap_or(endpoint)) + path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_have_folders() {
        let name = ChannelName::new("a+b=*._-").unwrap();
        let url = |endpoint, scope| join(endpoint, &path(scope, &name));
        assert_eq!(url("ws://localhost:9009", Scope::Network), "ws://localhost:9009/network/a+b=*._-");
        assert_eq!(url("wss://example.test/nws/", Scope::Local), "wss://example.test/nws/local/a+b=*._-");
    }
}
