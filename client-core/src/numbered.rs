//! Enums whose members cross to JavaScript as numbers. The package's build writes them down in
//! TypeScript, so that there is one list of each.

/// What other languages have to know of an enum.
#[derive(Clone, Copy, Debug)]
pub struct Numbered {
    /// The name of the enum.
    pub name: &'static str,
    /// What it is, in words.
    pub doc: &'static str,
    /// Its members.
    pub members: &'static [Member],
}

/// A member of an enum that has numbers.
#[derive(Clone, Copy, Debug)]
pub struct Member {
    /// Its name.
    pub name: &'static str,
    /// What it means, in words.
    pub doc: &'static str,
    /// The number that stands for it.
    pub number: u32,
}

/// Declares such an enum.
macro_rules! numbered {
    (
        $(#[doc = $about:literal])*
        pub enum $name:ident {
            $($(#[doc = $doc:literal])* $member:ident = $number:literal,)*
        }
    ) => {
        $(#[doc = $about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        #[repr(u8)]
        pub enum $name {
            $($(#[doc = $doc])* $member = $number,)*
        }

        impl $name {
            /// The enum, for other languages.
            pub const NUMBERED: $crate::numbered::Numbered = $crate::numbered::Numbered {
                name: stringify!($name),
                doc: concat!($($about),*),
                members: &[$($crate::numbered::Member {
                    name: stringify!($member),
                    doc: concat!($($doc),*),
                    number: $number,
                }),*],
            };

            /// The member with a number. Anything else is none.
            #[must_use]
            pub const fn of(number: u32) -> Option<Self> {
                match number {
                    $($number => Some(Self::$member),)*
                    _ => None,
                }
            }

            /// The number that stands for it.
            #[must_use]
            pub const fn number(self) -> u32 {
                self as u32
            }
        }
    };
}

pub(crate) use numbered;
