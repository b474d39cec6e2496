//! Broadcast throughput beside other servers, by the load generator that lies in `perf` beside the checkout.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::figure::Figure;
use crate::checkout;
use crate::step::Step;

const SERVERS: [&str; 4] = ["nws", "bun-nws", "tokio-inline-1", "floor-batch"];
const WORKLOADS: [&str; 2] = ["b10w8", "b10w32"];

/// Runs every workload against every server in turn, `reps` times.
pub(crate) fn measure(reps: u32, max_other: f64) -> Result<Vec<Figure>> {
    let perf = prepare()?;
    let out = super::folder().join("broadcast.jsonl");
    if out.exists() {
        fs::remove_file(&out)?;
    }
    let bench = Step::new("python3").dir(&perf).arg("bench.py").arg("--out").arg(&out);
    let bench = bench.arg("--servers").arg(SERVERS.join(",")).arg("--workloads").arg(WORKLOADS.join(","));
    let bench = bench.arg("--reps").arg(reps.to_string()).arg("--max-other").arg(max_other.to_string());
    bench.env("NWS", checkout::program("nws", true)).run()?;
    figures(&fs::read_to_string(&out)?)
}

/// Copies the load generator into the target folder and builds it there with the servers to compare with.
fn prepare() -> Result<PathBuf> {
    let source = source()?;
    let perf = checkout::target().join("perf");
    copy(&source, &perf)?;
    for folder in ["nwsload", "peers/rust"] {
        // bench.py looks for the programs in the target folders of these workspaces.
        let build = Step::cargo("build --release --quiet").dir(perf.join(folder));
        build.arg("--target-dir").arg(perf.join(folder).join("target")).run()?;
    }
    if !perf.join("peers/node/node_modules/.package-lock.json").exists() {
        Step::new("npm").words("ci --no-audit --no-fund").dir(perf.join("peers/node")).run()?;
    }
    Ok(perf)
}

fn source() -> Result<PathBuf> {
    let beside = checkout::root().join("../shared/perf");
    let source = std::env::var_os("NWS_PERF").map_or(beside, PathBuf::from);
    if !source.join("bench.py").is_file() {
        bail!("no load generator in {}: name its folder in the variable NWS_PERF", source.display());
    }
    Ok(source)
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else if is_newer(&entry.path(), &target) {
            fs::write(&target, fs::read(entry.path())?)?;
        }
    }
    Ok(())
}

/// A copy that is as new stays, so that nothing is built again.
fn is_newer(source: &Path, copy: &Path) -> bool {
    let modified = |path: &Path| path.metadata().and_then(|data| data.modified()).ok();
    modified(copy).is_none_or(|copied| modified(source).is_some_and(|modified| modified > copied))
}

fn figures(lines: &str) -> Result<Vec<Figure>> {
    let runs = lines.lines().map(serde_json::from_str).collect::<Result<Vec<Value>, _>>()?;
    let mut figures = Vec::new();
    for workload in WORKLOADS {
        let of_nws = Medians::of(&runs, workload, SERVERS[0])?;
        for server in SERVERS {
            let medians = Medians::of(&runs, workload, server)?;
            let by = medians.cpu / of_nws.cpu;
            figures.push(Figure::new(format!("{workload}, {server}"), medians.rate, "deliveries/s"));
            figures.push(Figure::new(format!("{workload}, {server}, CPU per delivery"), medians.cpu, "µs"));
            figures.push(Figure::new(format!("{workload}, {server}, CPU by that of nws"), by, "×"));
        }
    }
    Ok(figures)
}

/// Of the runs of one workload against one server that went well.
struct Medians {
    rate: f64,
    /// Microseconds a delivery, which is seconds a million of them.
    cpu: f64,
}

impl Medians {
    fn of(runs: &[Value], workload: &str, server: &str) -> Result<Self> {
        let of_both =
            |run: &&Value| run["workload"] == workload && run["server"] == server && run["ok"] == true;
        let median = |key: &str| {
            let values = runs.iter().filter(of_both).filter_map(|run| run[key].as_f64());
            median(values.collect()).with_context(|| format!("no good run of {workload} with {server}"))
        };
        Ok(Self { rate: median("deliveries_per_s")?, cpu: median("cpu_s_per_million")? })
    }
}

fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}
