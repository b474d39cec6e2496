//! Lets other machines reach the proxy through the firewall of Windows.

use super::super::Error;
use super::super::tool::ask;

/// The name of the rule.
const RULE: &str = "Network Web Sockets";

/// The most bytes that a code page has for one character.
const MOST_BYTES: usize = 4;

/// Makes the rule if this process may, and otherwise tells how to, unless it is there.
pub(super) fn open(program: &str) -> Result<String, Error> {
    // One that is there may be switched off, so it is made anew by whoever may do that.
    ask("netsh", &words("delete", program))?;
    let is_there = ask("netsh", &words("add", program))?.is_success || has_rule(program)?;
    Ok(match is_there {
        true => format!("the firewall lets other machines of private networks reach nws (rule \"{RULE}\")"),
        false => format!(
            "the firewall keeps other machines away from nws; as administrator, open it: {}",
            line("add", program)
        ),
    })
}

/// Removes the rule if this process may, and otherwise tells how to.
pub(super) fn remove(program: &str) -> Result<Option<String>, Error> {
    // Without rights netsh fails for a rule that is not there as it does for one that is.
    if !has_rule(program)? || ask("netsh", &words("delete", program))?.is_success {
        return Ok(None);
    }
    let line = line("delete", program);
    Ok(Some(format!("the firewall still has a rule for nws; as administrator, remove it: {line}")))
}

/// Gives whether the rule is there. Another user may have one of this name, for another program.
fn has_rule(program: &str) -> Result<bool, Error> {
    let name = format!("name={RULE}");
    let rules = ask("netsh", &["advfirewall", "firewall", "show", "rule", &name, "verbose"])?;
    // netsh fails where no rule has that name.
    Ok(rules.is_success && rules.stdout.lines().any(|line| ends_with(line.trim_end(), program)))
}

/// Gives whether a line of netsh ends with this path. netsh writes in the code page of the console,
/// which is not known here: any few characters may stand for one that ASCII does not have. Windows
/// does not tell small letters from capital ones.
fn ends_with(line: &str, path: &str) -> bool {
    let head = path.trim_end_matches(|char: char| char.is_ascii());
    let tail = &path[head.len()..];
    let cut = line.len().checked_sub(tail.len()).and_then(|at| line.split_at_checked(at));
    let Some((rest, _)) = cut.filter(|(_, end)| end.eq_ignore_ascii_case(tail)) else { return false };
    let before = head.trim_end_matches(|char: char| !char.is_ascii());
    let most = head[before.len()..].chars().count() * MOST_BYTES;
    let mut starts = rest.char_indices().rev().take(most).map(|(start, _)| start);
    head.is_empty() || starts.any(|start| ends_with(&rest[..start], before))
}

fn words(action: &str, program: &str) -> Vec<String> {
    let mut words = ["advfirewall", "firewall", action, "rule"].map(str::to_owned).to_vec();
    words.extend([format!("name={RULE}"), "dir=in".to_owned(), format!("program={program}")]);
    if action == "add" {
        words.extend(["action=allow", "profile=private", "enable=yes"].map(str::to_owned));
    }
    words
}

/// The command as a person types it. All values have quotes: shells read more characters than
/// spaces in a way of their own.
fn line(action: &str, program: &str) -> String {
    let words = words(action, program).into_iter().map(|word| match word.split_once('=') {
        Some((key, value)) => format!("{key}=\"{value}\""),
        None => word,
    });
    format!("netsh {}", words.collect::<Vec<_>>().join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_known_by_its_program_in_any_code_page() {
        let shows = |path: &[u8], program| {
            ends_with(&String::from_utf8_lossy(&[b"Program:      ", path].concat()), program)
        };
        // Code pages 850 and 1252, UTF-8, and one that does not have the character.
        for name in [b"\x89".as_slice(), b"\xeb", b"\xc3\xab", b"?"] {
            let path = [br"c:\users\zo", name, br"\x\NWS.exe"].concat();
            assert!(shows(&path, r"C:\Users\Zoë\x\nws.exe"), "{name:?}");
            assert!(!shows(&path, r"C:\Users\Zoë\y\nws.exe") && !shows(&path, r"C:\Users\Zo\x\nws.exe"));
        }
        // In code page 932 a part of this character looks like a backslash.
        assert!(shows(b"C:\\\x95\\\x95\\\\nws.exe", r"C:\表表\nws.exe"));
        assert!(shows(br"C:\R&D\nws.exe", r"C:\R&D\nws.exe"));
        for other in [r"D:\R&D\nws.exe", r"C:\R&D\nws.exe.old", r"C:\R&D\nws", r"C:\Zoë\nws.exe"] {
            assert!(!shows(br"C:\R&D\nws.exe", other), "{other}");
        }
    }

    #[test]
    fn the_command_can_be_pasted() {
        for program in [r"C:\Users\Zoë & Co\nws.exe", r"C:\R&D\nws.exe"] {
            let rule = format!(r#"rule name="Network Web Sockets" dir="in" program="{program}""#);
            let rights = r#"action="allow" profile="private" enable="yes""#;
            assert_eq!(line("add", program), format!("netsh advfirewall firewall add {rule} {rights}"));
            assert_eq!(line("delete", program), format!("netsh advfirewall firewall delete {rule}"));
        }
    }
}
