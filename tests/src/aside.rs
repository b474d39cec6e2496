//! What a proxy tells everybody who joins, and what most tests are not about.

/// Frames that are taken out of what a client receives.
#[derive(Default)]
pub(crate) struct Aside {
    is_greeted: bool,
    pub(crate) greeting: Option<String>,
}

impl Aside {
    /// Whether `text` is such a frame: the first of all, which tells the own id.
    pub(crate) fn takes(&mut self, text: &str) -> bool {
        let is_first = !std::mem::replace(&mut self.is_greeted, true);
        let is_greeting = is_first && text.starts_with(r#"{"action":"status","source":"#);
        if is_greeting {
            self.greeting = Some(text.to_owned());
        }
        is_greeting
    }
}
