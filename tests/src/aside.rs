//! What a proxy tells everybody who joins, and what most tests are not about.

/// Frames that are taken out of what a client receives.
#[derive(Default)]
pub(crate) struct Aside {
    is_greeted: bool,
    pub(crate) greeting: Option<String>,
    pub(crate) welcome: Option<String>,
}

impl Aside {
    /// Whether `text` is such a frame: the first of all, which tells the own id, or the one that says that everybody is known.
    pub(crate) fn takes(&mut self, text: &str) -> bool {
        let is_first = !std::mem::replace(&mut self.is_greeted, true);
        if is_first && text.starts_with(r#"{"action":"status","source":"#) {
            self.greeting = Some(text.to_owned());
        } else if text.starts_with(r#"{"action":"welcome","source":"#) {
            self.welcome = Some(text.to_owned());
        } else {
            return false;
        }
        true
    }
}
