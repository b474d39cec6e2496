//! Gives the names of choices on the command line.

use clap::ValueEnum;

/// The name of a choice. No choice here is hidden, so each has one.
pub(crate) fn name(choice: impl ValueEnum) -> String {
    choice.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
}
