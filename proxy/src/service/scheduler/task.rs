//! Writes the description of the task.

use std::io;

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

const NAMESPACE: &str = "http://schemas.microsoft.com/windows/2004/02/mit/task";

/// Shows no window for a program that writes to a console.
const WITHOUT_WINDOW: &str = r"%SystemRoot%\System32\conhost.exe";

/// Under this name the action knows the user.
const AUTHOR: &str = "Author";

/// The description of the task that `user` gets, as XML. No path on Windows has quotes.
pub(super) fn text(user: &str, program: &str) -> String {
    let mut writer = Writer::new_with_indent(Vec::new(), b' ', 2);
    write(&mut writer, user, program).expect("memory takes all that is written");
    String::from_utf8(writer.into_inner()).expect("what is written is UTF-8") + "\n"
}

/// The text in the encoding that schtasks reads.
pub(super) fn bytes(text: &str) -> Vec<u8> {
    let units = [0xfeff].into_iter().chain(text.replace('\n', "\r\n").encode_utf16().collect::<Vec<_>>());
    units.flat_map(u16::to_le_bytes).collect()
}

fn write(writer: &mut Writer<Vec<u8>>, user: &str, program: &str) -> io::Result<()> {
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-16"), None)))?;
    let task = writer.create_element("Task").with_attributes([("version", "1.2"), ("xmlns", NAMESPACE)]);
    task.write_inner_content(|task| {
        group(task, "RegistrationInfo", &[("Description", "Network Web Sockets proxy")])?;
        task.create_element("Triggers").write_inner_content(|triggers| {
            group(triggers, "LogonTrigger", &[("Enabled", "true"), ("UserId", user)])
        })?;
        let principal = [("UserId", user), ("LogonType", "InteractiveToken"), ("RunLevel", "LeastPrivilege")];
        task.create_element("Principals").write_inner_content(|all| {
            let one = all.create_element("Principal").with_attribute(("id", AUTHOR));
            one.write_inner_content(|one| elements(one, &principal)).map(|_| ())
        })?;
        settings(task)?;
        let arguments = format!("--headless \"{program}\" service host");
        let exec = [("Command", WITHOUT_WINDOW), ("Arguments", &arguments)];
        let actions = task.create_element("Actions").with_attribute(("Context", AUTHOR));
        actions.write_inner_content(|actions| group(actions, "Exec", &exec))?;
        Ok(())
    })?;
    Ok(())
}

fn settings(task: &mut Writer<Vec<u8>>) -> io::Result<()> {
    task.create_element("Settings").write_inner_content(|settings| {
        let values = [
            ("MultipleInstancesPolicy", "IgnoreNew"),
            ("DisallowStartIfOnBatteries", "false"),
            ("StopIfGoingOnBatteries", "false"),
            // No limit.
            ("ExecutionTimeLimit", "PT0S"),
            // Between background and foreground: 7 is what tasks have otherwise.
            ("Priority", "5"),
        ];
        elements(settings, &values)?;
        group(settings, "RestartOnFailure", &[("Interval", "PT1M"), ("Count", "255")])
    })?;
    Ok(())
}

fn group(writer: &mut Writer<Vec<u8>>, name: &str, values: &[(&str, &str)]) -> io::Result<()> {
    writer.create_element(name).write_inner_content(|inside| elements(inside, values)).map(|_| ())
}

fn elements(writer: &mut Writer<Vec<u8>>, values: &[(&str, &str)]) -> io::Result<()> {
    values.iter().try_for_each(|(name, value)| {
        writer.create_element(*name).write_text_content(BytesText::new(value)).map(|_| ())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_task_is_written_as_it_always_was() {
        let text = text(r"DESK\Zoë & <Co>", r"C:\Users\Zoë & Co, 100% 'x'\nws.exe");
        assert_eq!(text, include_str!("golden.xml"));
    }

    #[test]
    fn schtasks_reads_utf_16() {
        assert_eq!(bytes("é\n"), [0xff, 0xfe, 0xe9, 0, b'\r', 0, b'\n', 0]);
    }
}
