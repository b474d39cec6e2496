//! One run from the first connection to the verdict.

use std::io;

use nws_report::load::Mode;

use crate::clock::{Nanos, nanos, seconds};
use crate::course::{Course, Memory};
use crate::generator::Generator;
use crate::options::Options;
use crate::sample::{self, Sample};
use crate::start;

/// Most seconds that the run waits for deliveries, however long they keep coming.
const LONGEST_DRAIN: f64 = 60.0;

pub(crate) fn run(options: &Options) -> io::Result<Course> {
    rlimit::increase_nofile_limit(u64::MAX)?;
    let mut generator = Generator::new(options)?;
    let mut memory = Memory { before: resident(options), ..Memory::default() };
    let start = Sample::now(&options.pid)?;
    let setup = generator.join()?;
    let joining = (seconds(setup.unwrap_or(0)), Sample::now(&options.pid)? - start);
    let mut loaded = None;
    if setup.is_some() {
        let rest = generator.clock.now() + nanos(options.settle);
        generator.run_until(rest)?;
        memory.joined = resident(options);
        if options.together {
            start::wait(&mut generator)?;
        }
        loaded = load(&mut generator, options)?;
    }
    memory.after = resident(options);
    generator.close_accounts();
    let (measured, used) = loaded.unwrap_or(joining);
    let Generator { measure, faults, .. } = generator;
    Ok(Course { setup, measured, used, memory, measure, faults })
}

/// Seconds that were measured, and what was used in them; `None` for a storm, which ends when all
/// have joined.
fn load(generator: &mut Generator<'_>, options: &Options) -> io::Result<Option<(f64, Sample)>> {
    if options.mode == Mode::Storm {
        return Ok(None);
    }
    if options.has_load() {
        generator.start_load();
        let warm = generator.clock.now() + nanos(options.warmup);
        generator.run_until(warm)?;
        generator.measure.begin();
    }
    let (start, before) = (generator.clock.now(), Sample::now(&options.pid)?);
    generator.run_until(start + nanos(options.secs))?;
    let used = Sample::now(&options.pid)? - before;
    let measured = seconds(generator.clock.now() - start);
    generator.measure.end();
    generator.stop_load();
    let last = generator.clock.now() + nanos(LONGEST_DRAIN);
    drain(generator, options, last)?;
    linger(generator, options, last)?;
    Ok(Some((measured, used)))
}

/// Waits for messages that are under way. They are not measured any more, but they are checked.
fn drain(generator: &mut Generator<'_>, options: &Options, last: Nanos) -> io::Result<()> {
    let patience = nanos(options.drain_timeout);
    let (mut seen, mut until) = (generator.delivered(), generator.clock.now() + patience);
    while generator.outstanding() > 0 && generator.clock.now() < until.min(last) {
        generator.turn(until.min(last))?;
        if generator.delivered() > seen {
            (seen, until) = (generator.delivered(), generator.clock.now() + patience);
        }
    }
    Ok(())
}

/// Listens until it has been quiet for a while. When everything has come, a repeated message may
/// still follow.
fn linger(generator: &mut Generator<'_>, options: &Options, last: Nanos) -> io::Result<()> {
    let quiet = nanos(options.linger);
    let (mut heard, mut until) = (generator.heard(), generator.clock.now() + quiet);
    while generator.clock.now() < until.min(last) {
        generator.turn(until.min(last))?;
        if generator.heard() > heard {
            (heard, until) = (generator.heard(), generator.clock.now() + quiet);
        }
    }
    Ok(())
}

fn resident(options: &Options) -> Option<f64> {
    sample::resident(&options.pid)
}
