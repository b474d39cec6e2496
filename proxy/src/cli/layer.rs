//! Puts the settings of one source over those of another.

/// Settings, each of which may be missing.
pub(super) trait Layer {
    /// These settings, and those of `below` where these are missing.
    fn over(self, below: Self) -> Self;
}

impl<T> Layer for Option<T> {
    fn over(self, below: Self) -> Self {
        self.or(below)
    }
}

/// Defines a struct whose fields are [`Layer`]s, which makes it a [`Layer`] too.
macro_rules! layer {
    (
        $(#[$attribute:meta])*
        $visibility:vis struct $name:ident {
            $($(#[$of_field:meta])* $field_visibility:vis $field:ident: $kind:ty,)*
        }
    ) => {
        $(#[$attribute])*
        $visibility struct $name {
            $($(#[$of_field])* $field_visibility $field: $kind,)*
        }

        impl $crate::cli::layer::Layer for $name {
            fn over(self, below: Self) -> Self {
                Self { $($field: $crate::cli::layer::Layer::over(self.$field, below.$field),)* }
            }
        }
    };
}

pub(super) use layer;
