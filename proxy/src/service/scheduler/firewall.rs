//! Lets other machines reach the proxy through the firewall of Windows.

use super::super::Error;
use super::super::tool::ask;

/// The name of the rule.
const RULE: &str = "Network Web Sockets";

/// Makes the rule if this process may, and otherwise tells how to.
pub(super) fn open(program: &str) -> Result<Vec<String>, Error> {
    // A rule of an earlier installation may be there or not.
    ask("netsh", &words("delete", program))?;
    let answer = ask("netsh", &words("add", program))?;
    Ok(vec![match answer.is_success {
        true => format!("the firewall lets other machines of private networks reach nws (rule \"{RULE}\")"),
        false => format!(
            "the firewall keeps other machines away from nws; as administrator, open it: {}",
            line("add", program)
        ),
    }])
}

/// Removes the rule if this process may, and otherwise tells how to.
pub(super) fn remove(program: &str) -> Result<Option<String>, Error> {
    let name = format!("name={RULE}");
    let rules = ask("netsh", &["advfirewall", "firewall", "show", "rule", &name, "verbose"])?;
    // Another user may have a rule of this name, for another program.
    if !(rules.is_success && rules.stdout.to_lowercase().contains(&program.to_lowercase())) {
        return Ok(None);
    }
    let is_gone = ask("netsh", &words("delete", program))?.is_success;
    let advice =
        format!("the firewall still has a rule for nws; as administrator: {}", line("delete", program));
    Ok((!is_gone).then_some(advice))
}

fn words(action: &str, program: &str) -> Vec<String> {
    let mut words = ["advfirewall", "firewall", action, "rule"].map(str::to_owned).to_vec();
    words.extend([format!("name={RULE}"), "dir=in".to_owned(), format!("program={program}")]);
    if action == "add" {
        words.extend(["action=allow", "profile=private", "enable=yes"].map(str::to_owned));
    }
    words
}

/// The command as a person types it.
fn line(action: &str, program: &str) -> String {
    let words = words(action, program).into_iter().map(|word| match word.split_once('=') {
        Some((key, value)) if value.contains(' ') => format!("{key}=\"{value}\""),
        _ => word,
    });
    format!("netsh {}", words.collect::<Vec<_>>().join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_can_be_pasted() {
        let program = r"C:\Users\Zoë & Co\nws.exe";
        let rule = r#"rule name="Network Web Sockets" dir=in program="C:\Users\Zoë & Co\nws.exe""#;
        let added = format!("netsh advfirewall firewall add {rule} action=allow profile=private enable=yes");
        assert_eq!(line("add", program), added);
        assert_eq!(line("delete", program), format!("netsh advfirewall firewall delete {rule}"));
    }
}
