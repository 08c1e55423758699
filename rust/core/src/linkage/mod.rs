//! Seeds and sightings -> the numbers that are reachable from the seeds, their paths, and where the walk stopped.
//!
//! This module owns the rules of linkage: what closes a handset or a number, what an edge is, which path is kept. It does
//! not depend on Arrow, threads or files: the caller holds the sightings and returns the rows that a pass requests.
//!
//! One idea: **a bounded walk needs few rows.** It requests the handsets of the seeds, then the numbers in those
//! handsets, then their handsets, and so on. Each pass requests a set of keys. The caller tests the keys of one column
//! for membership and sorts only the rows that pass. The whole table is never grouped, so the cost is a few passes at
//! memory speed, whatever its size.
//!
//! A file imports only from those before it in this list: `time` and `sighting` (the values), `policy` (the bounds),
//! `place` and `tally` (counts of the rows of a pass), `answer` (the result), `closing` (the caps applied to the counts),
//! `walk` (the state machine).
//!
//! ```
//! use std::sync::Arc;
//!
//! use numguard_core::linkage::{Policy, Seed, Side, Sighting, Tally, Walk};
//!
//! let sightings = [(11, 7, 10), (22, 7, 20), (22, 8, 30)]
//!     .map(|(msisdn, imei14, at)| Sighting { msisdn, imei14, at });
//! let policy = Arc::new(Policy::default());
//! let mut walk = Walk::new(Arc::clone(&policy), &[Seed::of(11)]);
//! while let Some(wanted) = walk.wanted() {
//!     let rows = sightings.iter().map(|&sighting| wanted.side.row(sighting));
//!     let rows = rows.filter(|row| wanted.keys.binary_search(&row.key).is_ok()).collect();
//!     let tally = Tally::of(rows, wanted.side, &policy);
//!     walk.close_pass(vec![tally]);
//! }
//! let answer = walk.finish();
//! assert_eq!((answer.linked[0].msisdn, answer.linked[0].via_imei, answer.linked[0].seed_msisdn), (22, 7, 11));
//! ```

mod answer;
mod closing;
mod place;
mod policy;
mod sighting;
mod tally;
mod time;
mod walk;

pub use answer::{Answer, Brake, Edge, Handset, Linked, Stopped, Why};
pub use place::{Apart, MIN_PAIRS_APART, ONE_PLACE_KM, Place, Point, REACH_KM};
pub use policy::{Admitted, KeyList, Policy};
pub use sighting::{Row, Seed, Side, Sighting, Span};
pub use tally::{Size, Tally};
pub use time::{DAY, IST, NO_TIME, SECOND, Window, ist_day};
pub use walk::{Walk, Wanted};
