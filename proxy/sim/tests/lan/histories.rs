//! Anything that can happen, in any order.

use std::time::Duration;

use nws_protocol::ProxyId;
use nws_sim::lan::{MachineId, Weather};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::RngAlgorithm;

use crate::world::{SECOND, World};

/// Machines at one time.
const MACHINES: usize = 6;

/// Networks and brokers, where there are sites.
const NETWORKS: usize = 3;
const BROKERS: usize = 3;

/// One thing that happens. Machines and clients are meant by number, as many times around as it takes.
#[derive(Clone, Copy, Debug)]
enum Step {
    Start,
    Kill(usize),
    SwitchOff(usize),
    Restart(usize),
    Stop(usize),
    Resume(usize),
    Cut(usize, usize),
    Lose(usize, usize),
    Partition(u8),
    Heal,
    Lie(usize, u8),
    Gone(usize, usize),
    Configure(usize, u8),
    Join(usize, usize),
    JoinAs(usize, usize, u8),
    Leave(usize),
    Broadcast(usize, usize),
    Message(usize, usize),
    Wait(Duration),
    KillBroker(usize),
    StartBrokers,
    PartBrokers(usize),
    HealBrokers,
    Disconnect(usize),
    Tear(usize, usize),
    Carry(usize, usize),
}

/// What happens only where there are sites, or anything else.
fn step_of_sites() -> impl Strategy<Value = Step> {
    let machine = || 0..MACHINES;
    let broker = || 0..BROKERS;
    prop_oneof![
        60 => step(),
        3 => broker().prop_map(Step::KillBroker),
        3 => Just(Step::StartBrokers),
        2 => broker().prop_map(Step::PartBrokers),
        2 => Just(Step::HealBrokers),
        3 => machine().prop_map(Step::Disconnect),
        4 => (machine(), machine()).prop_map(|(one, other)| Step::Tear(one, other)),
        3 => (machine(), 0..NETWORKS).prop_map(|(machine, network)| Step::Carry(machine, network)),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let machine = || 0..MACHINES;
    let who = || 0..20_usize;
    let channel = || prop_oneof![4 => Just(0_usize), 2 => Just(1), 1 => 2..4_usize];
    prop_oneof![
        2 => Just(Step::Start),
        1 => machine().prop_map(Step::Kill),
        1 => machine().prop_map(Step::SwitchOff),
        2 => machine().prop_map(Step::Restart),
        1 => machine().prop_map(Step::Stop),
        2 => machine().prop_map(Step::Resume),
        2 => (machine(), machine()).prop_map(|(one, other)| Step::Cut(one, other)),
        2 => (machine(), machine()).prop_map(|(one, other)| Step::Lose(one, other)),
        1 => any::<u8>().prop_map(Step::Partition),
        1 => Just(Step::Heal),
        1 => (machine(), any::<u8>()).prop_map(|(machine, n)| Step::Lie(machine, n)),
        1 => (machine(), machine()).prop_map(|(to, gone)| Step::Gone(to, gone)),
        1 => (machine(), any::<u8>()).prop_map(|(machine, n)| Step::Configure(machine, n)),
        8 => (machine(), channel()).prop_map(|(machine, channel)| Step::Join(machine, channel)),
        2 => (machine(), channel(), 0..3_u8)
            .prop_map(|(machine, channel, id)| Step::JoinAs(machine, channel, id)),
        6 => who().prop_map(Step::Leave),
        14 => (who(), size()).prop_map(|(who, size)| Step::Broadcast(who, size)),
        8 => (who(), who()).prop_map(|(who, to)| Step::Message(who, to)),
        16 => time().prop_map(Step::Wait),
    ]
}

fn size() -> impl Strategy<Value = usize> {
    prop_oneof![8 => 0..100_usize, 1 => Just(100_000)]
}

/// Shorter than a trip, a handshake, a probe, silence, lingering.
fn time() -> impl Strategy<Value = Duration> {
    let millis = prop_oneof![
        6 => 0..4_u64,
        4 => 4..60_u64,
        3 => 60..1_500_u64,
        2 => 1_500..12_000_u64,
        1 => 12_000..40_000_u64,
    ];
    millis.prop_map(Duration::from_millis)
}

/// The machines that run now, or stand still.
struct History {
    world: World,
    machines: Vec<MachineId>,
    off: Vec<MachineId>,
    networks: usize,
}

impl History {
    fn new(seed: u64) -> Self {
        Self::of(World::new(seed), 1)
    }

    fn of_sites(seed: u64) -> Self {
        Self::of(World::of_networks(&[], BROKERS, seed).0, NETWORKS)
    }

    fn of(world: World, networks: usize) -> Self {
        let mut history = Self { world, machines: Vec::new(), off: Vec::new(), networks };
        (0..3).for_each(|_| history.take(Step::Start));
        history
    }

    fn take(&mut self, step: Step) {
        match step {
            Step::Start if self.machines.len() < MACHINES => {
                let network = self.machines.len() % self.networks;
                let machine = self.world.lan.start_in(network);
                self.machines.push(machine);
            }
            Step::Start => {}
            Step::Kill(machine) => self.end(machine, World::kill),
            Step::SwitchOff(machine) => self.end(machine, World::switch_off),
            Step::Restart(machine) => self.restart(machine),
            Step::Stop(machine) => self.on(machine, World::stop),
            Step::Resume(machine) => self.on(machine, World::resume),
            Step::Cut(one, other) => self.on_two(one, other, |world, one, other| world.lan.cut(one, other)),
            Step::Lose(one, other) => self.on_two(one, other, World::lose_links),
            Step::Partition(part) => {
                let machines = self.machines.iter().enumerate();
                let part: Vec<MachineId> =
                    machines.filter(|(n, _)| part >> n & 1 == 1).map(|(_, machine)| *machine).collect();
                self.world.lan.partition(&part);
            }
            Step::Heal => self.world.lan.heal(),
            Step::Lie(to, n) => self.on(to, |world, to| {
                let addresses = vec![([10, 0, 0, n % 8], 9010).into()];
                world.lan.lie(to, ProxyId::from_digest(&[n; 32]), addresses);
            }),
            Step::Gone(to, gone) => self.on_two(to, gone, |world, to, gone| world.lan.tell_gone(to, gone)),
            Step::Configure(machine, n) => self.on(machine, |world, machine| {
                world.lan.configure(machine, ([10, 0, 0, n % 8], 9010).into());
            }),
            Step::Join(machine, channel) => {
                self.on(machine, |world, machine| world.try_join(machine, channel))
            }
            Step::JoinAs(machine, channel, id) => {
                self.on(machine, |world, machine| world.try_join_as(machine, channel, id));
            }
            Step::Leave(who) => self.with(who, World::leave),
            Step::Broadcast(who, size) => self.with(who, |world, who| world.broadcast(who, size)),
            Step::Message(who, to) => self.with(who, |world, who| world.message(who, to)),
            Step::Wait(time) => self.world.advance(time),
            Step::KillBroker(broker) => self.world.lan.kill_broker(broker),
            Step::StartBrokers => (0..BROKERS).for_each(|broker| self.world.lan.start_broker(broker)),
            Step::PartBrokers(broker) => self.world.lan.part_brokers(&[broker]),
            Step::HealBrokers => self.world.lan.heal_brokers(),
            Step::Disconnect(machine) => self.on(machine, |world, machine| world.lan.disconnect(machine)),
            Step::Tear(one, other) => self.on_two(one, other, |world, one, other| world.lan.tear(one, other)),
            Step::Carry(machine, network) => {
                self.on(machine, |world, machine| world.lan.carry(machine, network));
            }
        }
    }

    /// When nothing happens any more everybody knows everybody.
    fn end_well(mut self) {
        self.world.lan.heal();
        if self.networks > 1 {
            self.take(Step::StartBrokers);
            self.take(Step::HealBrokers);
        }
        self.machines.iter().for_each(|machine| self.world.resume(*machine));
        // A machine that was started behind a partition is known when somebody has asked again.
        self.world.lan.set_weather(Weather { lost_per_mille: 0, ..Weather::default() });
        self.world.settle(150 * SECOND);
        self.world.advance(130 * SECOND);
        for &machine in &self.machines {
            let others: Vec<MachineId> =
                self.machines.iter().copied().filter(|other| *other != machine).collect();
            let mut linked = self.world.lan.linked(machine);
            linked.retain(|other| others.contains(other));
            let mut expected = others;
            expected.sort();
            assert_eq!(linked, expected, "each has one link to each");
        }
        self.world.stay(15 * SECOND);
    }

    fn end(&mut self, n: usize, end: impl FnOnce(&mut World, MachineId)) {
        if self.machines.len() > 1 {
            let machine = self.machines.remove(n % self.machines.len());
            self.off.push(machine);
            end(&mut self.world, machine);
        }
    }

    /// Of those that are off, or else of those that run.
    fn restart(&mut self, n: usize) {
        let of = if self.off.is_empty() { &mut self.machines } else { &mut self.off };
        let machine = of.remove(n % of.len());
        self.world.lose(machine);
        let successor = self.world.lan.restart(machine);
        self.machines.push(successor);
    }

    fn on(&mut self, n: usize, step: impl FnOnce(&mut World, MachineId)) {
        step(&mut self.world, self.machines[n % self.machines.len()]);
    }

    fn on_two(&mut self, one: usize, other: usize, step: impl FnOnce(&mut World, MachineId, MachineId)) {
        let count = self.machines.len();
        if one % count != other % count {
            step(&mut self.world, self.machines[one % count], self.machines[other % count]);
        }
    }

    fn with(&mut self, n: usize, step: impl FnOnce(&mut World, usize)) {
        let present = self.world.present();
        if let Some(&who) = present.get(n % present.len().max(1)) {
            step(&mut self.world, who);
        }
    }
}

/// Two hundred cases, or as many as `PROPTEST_CASES` says, the same each time.
fn config() -> ProptestConfig {
    let cases = std::env::var("PROPTEST_CASES").ok().map_or(200, |cases| cases.parse().expect("a number"));
    let rng_algorithm = RngAlgorithm::XorShift;
    ProptestConfig { cases, rng_algorithm, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn every_history_ends_well(seed: u64, steps in vec(step(), 1..100)) {
        let mut history = History::new(seed);
        steps.into_iter().for_each(|step| history.take(step));
        history.end_well();
    }

    #[test]
    fn every_history_of_sites_ends_well(seed: u64, steps in vec(step_of_sites(), 1..100)) {
        let mut history = History::of_sites(seed);
        steps.into_iter().for_each(|step| history.take(step));
        history.end_well();
    }
}
