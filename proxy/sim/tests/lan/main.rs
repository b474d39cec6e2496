//! Proxies on a network on which everything goes wrong, against a reference model: whatever happens, each
//! client sees every peer come before it says anything and go after it has said everything, all that it
//! says in between, in order and once; and when there is peace, exactly those who are there.

mod crashes;
mod crowd;
mod histories;
mod isolation;
mod meetings;
mod partitions;
mod sites;
mod traffic;
mod view;
mod welcomes;
mod world;
