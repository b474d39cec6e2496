//! The NATS subjects of a realm.

use std::fmt;
use std::str::FromStr;

use crate::site::SiteName;

/// A stream between two sites: 64 random bits of the side that has dialled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct StreamId(u64);

impl StreamId {
    pub(crate) fn random() -> Result<Self, getrandom::Error> {
        getrandom::u64().map(Self)
    }

    #[cfg(test)]
    pub(crate) const fn of(number: u64) -> Self {
        Self(number)
    }

    pub(crate) fn to_bytes(self) -> [u8; 8] {
        self.0.to_be_bytes()
    }
}

impl fmt::Display for StreamId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

/// The subjects that one site uses.
#[derive(Clone, Debug)]
pub(crate) struct Subjects {
    prefix: String,
    own: SiteName,
}

impl Subjects {
    pub(crate) fn new(realm: &str, own: SiteName) -> Self {
        Self { prefix: format!("nws.{realm}"), own }
    }

    /// Where all sites say hello.
    pub(crate) fn hello(&self) -> String {
        format!("{}.h", self.prefix)
    }

    /// All that is sent to this site.
    pub(crate) fn inbox(&self) -> String {
        format!("{}.in.{}.*.*", self.prefix, self.own)
    }

    /// Where this site sends what belongs to a stream.
    pub(crate) fn to(&self, site: &SiteName, stream: StreamId) -> String {
        format!("{}.in.{site}.{}.{stream}", self.prefix, self.own)
    }

    /// Whose frame it is, and of which stream, by the subject on which it came.
    pub(crate) fn sender(&self, subject: &str) -> Option<(SiteName, StreamId)> {
        let rest = subject.strip_prefix(&self.prefix)?.strip_prefix(".in.")?;
        let (from, stream) = rest.strip_prefix(self.own.as_str())?.strip_prefix('.')?.split_once('.')?;
        let is_id = stream.len() == 16 && stream.bytes().all(|byte| byte.is_ascii_hexdigit());
        let stream = u64::from_str_radix(stream, 16).ok().filter(|_| is_id)?;
        Some((SiteName::from_str(from).ok()?, StreamId(stream)))
    }
}

/// What a site may do, as NATS permissions: the subjects to which it may subscribe, and those on
/// which it may publish. They hold for every realm, as a realm is derived from the secret, which the
/// operator of the broker does not have.
#[must_use]
pub fn permissions(site: &SiteName) -> Permissions {
    Permissions {
        subscribe: [format!("nws.*.in.{site}.*.*"), "nws.*.h".to_owned()],
        publish: [format!("nws.*.in.*.{site}.*"), "nws.*.h".to_owned()],
    }
}

/// The permissions of one site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Permissions {
    /// Subjects to which it may subscribe.
    pub subscribe: [String; 2],
    /// Subjects on which it may publish.
    pub publish: [String; 2],
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site(name: &str) -> SiteName {
        name.parse().unwrap()
    }

    #[test]
    fn a_subject_says_whose_frame_it_is() {
        let [here, there] = ["here", "there"].map(|name| Subjects::new("realm", site(name)));
        let stream = StreamId(0xfe);
        let subject = here.to(&site("there"), stream);
        assert_eq!(subject, "nws.realm.in.there.here.00000000000000fe");
        assert_eq!(there.sender(&subject), Some((site("here"), stream)));
        assert_eq!(here.sender(&subject), None);
    }

    #[test]
    fn other_subjects_are_nobodys() {
        let subjects = Subjects::new("realm", site("here"));
        for subject in [
            "nws.realm.h",
            "nws.realm.in.here.there",
            "nws.realm.in.here.there.",
            "nws.realm.in.here.there.fe",
            "nws.realm.in.here.there.+0000000000000fe",
            "nws.realm.in.here.there.00000000000000fe.more",
            "nws.realm.in.hereby.there.00000000000000fe",
            "nws.other.in.here.there.00000000000000fe",
        ] {
            assert_eq!(subjects.sender(subject), None, "{subject}");
        }
    }
}
