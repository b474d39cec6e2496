//! By what a site tells all others that it is there.

use data_encoding::BASE64URL_NOPAD;
use nws_protocol::ProxyId;
use serde::{Deserialize, Serialize};

use crate::secret::MacKey;
use crate::site::SiteName;

/// Most bytes of a hello.
const LEN_MAX: usize = 512;

/// A site, and the proxy that it is now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Hello {
    pub(crate) site: SiteName,
    pub(crate) proxy: ProxyId,
    /// A random number for each time that the site connects to a broker. All streams of an earlier
    /// one are lost.
    pub(crate) incarnation: u64,
    /// The number of this hello among all of its proxy, which never says two with one number.
    pub(crate) count: u64,
    /// The time there, in milliseconds since 1970.
    pub(crate) time: u64,
}

#[derive(Serialize, Deserialize)]
struct Message<'a> {
    site: &'a str,
    proxy: &'a str,
    incarnation: u64,
    count: u64,
    time: u64,
    mac: String,
}

impl Hello {
    pub(crate) fn to_json(&self, key: &MacKey) -> Vec<u8> {
        let mac = BASE64URL_NOPAD.encode(&key.sign(&self.fields()));
        let Self { site, proxy, incarnation, count, time } = self;
        let message = Message {
            site: site.as_str(),
            proxy: proxy.as_str(),
            incarnation: *incarnation,
            count: *count,
            time: *time,
            mac,
        };
        serde_json::to_vec(&message).unwrap_or_default()
    }

    /// What a site has said; `None` if it does not have the secret.
    pub(crate) fn parse(message: &[u8], key: &MacKey) -> Option<Self> {
        if message.len() > LEN_MAX {
            return None;
        }
        let message: Message = serde_json::from_slice(message).ok()?;
        let Message { site, proxy, incarnation, count, time, mac } = message;
        let hello = Self { site: site.parse().ok()?, proxy: proxy.parse().ok()?, incarnation, count, time };
        let mac = BASE64URL_NOPAD.decode(mac.as_bytes()).ok()?;
        key.verify(&hello.fields(), &mac).then_some(hello)
    }

    fn fields(&self) -> [Vec<u8>; 5] {
        [
            self.site.as_str().into(),
            self.proxy.as_str().into(),
            self.incarnation.to_be_bytes().into(),
            self.count.to_be_bytes().into(),
            self.time.to_be_bytes().into(),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SiteSecret;

    fn hello() -> Hello {
        let proxy = ProxyId::from_digest(&[7; 32]);
        let site = "lab".parse().unwrap();
        Hello { site, proxy, incarnation: u64::MAX, count: u64::MAX, time: 1_800_000_000_000 }
    }

    #[test]
    fn who_has_the_secret_is_heard() {
        let key = SiteSecret::generate().unwrap().keys().hello;
        let message = hello().to_json(&key);
        assert_eq!(Hello::parse(&message, &key), Some(hello()));
        assert!(message.len() <= LEN_MAX);
    }

    #[test]
    fn others_are_not() {
        let [key, other] = [(); 2].map(|()| SiteSecret::generate().unwrap().keys().hello);
        let message = String::from_utf8(hello().to_json(&key)).unwrap();
        assert_eq!(Hello::parse(message.as_bytes(), &other), None);
        for (from, to) in
            [("lab", "lob"), ("1800000000000", "1800000000001"), ("\"time\"", "\"tame\""), ("}", "")]
        {
            let changed = message.replace(from, to);
            assert_ne!(changed, message);
            assert_eq!(Hello::parse(changed.as_bytes(), &key), None, "{changed}");
        }
        let long = message.replace('{', &["{", &" ".repeat(LEN_MAX)].concat());
        assert_eq!(Hello::parse(long.as_bytes(), &key), None);
    }
}
