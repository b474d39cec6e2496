//! Fills in the templates in `xtask/dist/templates`.

use anyhow::{Context, Result};
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, UndefinedBehavior, Value};
use nws_tools::checkout;
use serde::Serialize;

/// The folder of the templates, by their names.
pub(crate) struct Templates(Environment<'static>);

impl Templates {
    /// Those of the checkout.
    pub(crate) fn of_checkout() -> Result<Self> {
        let mut environment = Environment::new();
        let folder = checkout::root().join("xtask/dist/templates");
        environment.set_loader(move |name| match std::fs::read_to_string(folder.join(name)) {
            Ok(text) => Ok(Some(text)),
            Err(_) => Ok(None),
        });
        environment.set_syntax(syntax()?);
        environment.set_auto_escape_callback(|_| AutoEscape::None);
        // A misspelt name is an error. What may be missing is asked for by `if`.
        environment.set_undefined_behavior(UndefinedBehavior::SemiStrict);
        Ok(Self(environment))
    }

    /// The text of a template with these facts.
    pub(crate) fn fill(&self, name: &str, facts: impl Serialize) -> Result<String> {
        let facts = Value::from(Serde(facts));
        let filled = self.0.get_template(name).and_then(|template| template.render(facts));
        filled.with_context(|| format!("cannot fill in the template {name}"))
    }
}

/// A line with nothing but a tag leaves nothing.
fn syntax() -> Result<SyntaxConfig> {
    let mut syntax = SyntaxConfig::builder();
    syntax.trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true);
    Ok(syntax.build()?)
}
