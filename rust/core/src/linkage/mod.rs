//! Sightings -> who is reachable from the seeds, how, and where the walk stopped.
//!
//! Owns the rules of linkage: what closes a handset or a number, what an edge is, which path is kept. Knows no Arrow, no
//! threads and no files: whoever calls it goes over the sightings and hands back the few rows that were asked for.
//!
//! One idea: **a bounded walk asks for little.** The handsets of the seeds, then everybody seen in those handsets, then
//! their handsets, and so on: each pass names the keys it wants, and whoever holds the sightings answers with membership
//! tests over one column and sorts only what they let through. The table as a whole is never grouped, so the cost is a
//! few passes at memory speed, whatever its size.
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
mod place;
mod policy;
mod sighting;
mod tally;
mod walk;

pub use answer::{Answer, Brake, Edge, Handset, Linked, Stopped, Why};
pub use place::{Apart, ONE_PLACE_KM, Place, Point, REACH_KM, TWICE};
pub use policy::{Admitted, DAY, IST, KeyList, Policy, Window, ist_day};
pub use sighting::{NO_TIME, Row, Seed, Side, Sighting, Span};
pub use tally::{Size, Tally};
pub use walk::{Walk, Wanted};
