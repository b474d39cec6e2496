//! An in-memory proxy with virtual time.
