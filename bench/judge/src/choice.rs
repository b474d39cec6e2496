//! A choice of the command line, by the name that it has there.

use clap::ValueEnum;

/// Its name, which none of the choices here hides.
pub(crate) fn name(choice: impl ValueEnum) -> String {
    choice.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
}
