//! Who else is on the network: hints about whom to dial.
