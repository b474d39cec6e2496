//! Where a channel is found.

use nws_protocol::{ChannelName, Scope};

/// The address of `channel` at the proxy behind `endpoint`.
///
/// Every character of a channel name stands for itself in a path.
pub(crate) fn of_channel(endpoint: &str, scope: Scope, channel: &ChannelName) -> String {
    let folder = match scope {
        Scope::Local => "/local/",
        Scope::Network => "/network/",
    };
    String::from(endpoint.strip_suffix('/').unwrap_or(endpoint)) + folder + channel.as_str()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_have_folders() {
        let name = ChannelName::new("a+b=*._-").unwrap();
        let url = |endpoint, scope| of_channel(endpoint, scope, &name);
        assert_eq!(url("ws://localhost:9009", Scope::Network), "ws://localhost:9009/network/a+b=*._-");
        assert_eq!(url("wss://example.test/nws/", Scope::Local), "wss://example.test/nws/local/a+b=*._-");
    }
}
