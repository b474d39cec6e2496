//! Tests of the configuration file that packages install: it shows each setting with its default.

use clap::Args as _;

use super::RunArgs;
use super::service::config_of;

const FILE: &str = include_str!("../../packaging/nws.toml");

/// Lines of the file that are settings once their `#` is gone.
fn settings() -> impl Iterator<Item = &'static str> {
    FILE.lines()
        .filter_map(|line| line.strip_prefix('#'))
        .filter(|line| line.starts_with(char::is_alphabetic))
}

#[test]
fn all_settings_of_the_file_are_the_defaults() {
    let path = std::env::temp_dir().join(format!("nws-packaged-{}.toml", std::process::id()));
    let config_with = |text: &str| {
        std::fs::write(&path, text).unwrap();
        let config = config_of(&["run", "--config", path.to_str().unwrap()].map(str::to_owned));
        std::fs::remove_file(&path).unwrap();
        format!("{:?}", config.unwrap())
    };
    let uncommented = FILE.lines().map(|line| match line.strip_prefix('#') {
        Some(setting) if setting.starts_with(char::is_alphabetic) => setting,
        _ => line,
    });
    let uncommented = uncommented.collect::<Vec<_>>().join("\n");
    assert_eq!(config_with(&uncommented), config_with(FILE));
    assert_eq!(config_with(FILE), config_with(""));
}

#[test]
fn the_file_has_each_setting() {
    let command = RunArgs::augment_args(clap::Command::new("run"));
    let flags = command.get_arguments().filter_map(|arg| arg.get_long()).filter(|flag| *flag != "config");
    let examples = FILE.lines().filter_map(|line| line.strip_prefix("# Example: "));
    let shown: Vec<&str> = settings().chain(examples).filter_map(|line| line.split(" = ").next()).collect();
    let mut flags: Vec<&str> = flags.collect();
    let mut sorted = shown.clone();
    flags.sort_unstable();
    sorted.sort_unstable();
    assert_eq!(sorted, flags);
}
