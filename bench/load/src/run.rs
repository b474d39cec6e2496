//! One run from the first connection to the verdict.

use std::io;

use crate::clock::{Nanos, nanos, seconds};
use crate::generator::Generator;
use crate::options::{Mode, Options};
use crate::report::Report;
use crate::sample::{self, Sample};

/// However long deliveries go on to trickle in, the wait for them ends, in seconds.
const LONGEST_DRAIN: f64 = 60.0;

/// What a run found out on its way.
pub(crate) struct Course {
    /// Until everybody knew everybody; nothing when it did not come to that.
    pub(crate) setup: Option<Nanos>,
    /// How long was measured, and what was used meanwhile: of storm, the set-up.
    pub(crate) measured: f64,
    pub(crate) used: Sample,
    pub(crate) memory: Memory,
}

/// Of the server, in KiB, where it is known.
#[derive(Clone, Copy, Default)]
pub(crate) struct Memory {
    pub(crate) before: Option<f64>,
    pub(crate) joined: Option<f64>,
    pub(crate) after: Option<f64>,
}

pub(crate) fn run(options: &Options) -> io::Result<Report> {
    rlimit::increase_nofile_limit(u64::MAX)?;
    let mut generator = Generator::new(options)?;
    let course = go(&mut generator, options)?;
    generator.close_accounts();
    Ok(Report::new(options, &course, &generator.measure, &generator.faults))
}

fn go(generator: &mut Generator<'_>, options: &Options) -> io::Result<Course> {
    let before = resident(options);
    let start = Sample::now(&options.pid)?;
    let setup = generator.join()?;
    let used = Sample::now(&options.pid)? - start;
    let mut course = Course {
        setup,
        measured: seconds(setup.unwrap_or(0)),
        used,
        memory: Memory { before, ..Memory::default() },
    };
    if setup.is_some() {
        let rest = generator.clock.now() + nanos(options.settle);
        generator.run_until(rest)?;
        course.memory.joined = resident(options);
        load(generator, options, &mut course)?;
    }
    course.memory.after = resident(options);
    Ok(course)
}

fn load(generator: &mut Generator<'_>, options: &Options, course: &mut Course) -> io::Result<()> {
    if options.mode == Mode::Storm {
        return Ok(());
    }
    if options.has_load() {
        generator.start_load();
        let warm = generator.clock.now() + nanos(options.warmup);
        generator.run_until(warm)?;
        generator.measure.begin();
    }
    let (start, before) = (generator.clock.now(), Sample::now(&options.pid)?);
    generator.run_until(start + nanos(options.secs))?;
    course.used = Sample::now(&options.pid)? - before;
    course.measured = seconds(generator.clock.now() - start);
    generator.measure.end();
    generator.stop_load();
    let last = generator.clock.now() + nanos(LONGEST_DRAIN);
    drain(generator, options, last)?;
    linger(generator, options, last)
}

/// Waits for what is under way, which does not count any more, but is checked.
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

/// Listens until it has been quiet for a while: when everything has come, one that is repeated is still to be seen.
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
