//! The places of a handset's sightings -> whether it was in two places at once, and whether all are one place.
//!
//! These two tests distinguish a cloned IMEI from a SIM box (ITU-T Q.5052, 7.4: time and distance reveal a clone). They
//! do not depend on caps; `closing` decides what follows. Coordinates are whole millionths of a degree, so that the
//! result is the same on every machine and in every order of rows.
//!
//! One idea: **one device cannot make two sightings that no travel connects.** Sightings are compared in order of time. A
//! pair that is too far apart is counted, and the comparison starts again behind it, so that one wrong row counts once,
//! by its coordinates or by its circle.

use super::sighting::Row;
use super::time::NO_TIME;

/// Towers at most so far apart may both serve a handset that does not move: 15 km to each of them.
pub const REACH_KM: f64 = 30.0;

/// A handset was in two places if at least so many pairs of sightings are apart.
pub const MIN_PAIRS_APART: u64 = 2;

/// The radius of one place.
pub const ONE_PLACE_KM: f64 = 1.0;

const MINUTE: i64 = 60_000_000;
const HOUR: f64 = 60.0 * MINUTE as f64;
const EARTH_KM: f64 = 6371.0088;
const MICRO: f64 = 1e6;
const MOST_NORTH: f64 = 90.0;
const MOST_EAST: f64 = 180.0;

/// Coordinates in millionths of a degree, north and east positive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Point {
    /// From -90,000,000 to 90,000,000.
    pub latitude: i32,
    /// From -180,000,000 to 180,000,000.
    pub longitude: i32,
}

impl Point {
    /// The point at these degrees; `None` if one is out of range or no number, or if both are 0 in whole millionths, which
    /// software writes for an unknown place.
    #[inline]
    #[must_use]
    pub fn of_degrees(north: f64, east: f64) -> Option<Self> {
        // Not a number is not within the range.
        if !((north.abs() <= MOST_NORTH) & (east.abs() <= MOST_EAST)) {
            return None;
        }
        // Within the range, so that nothing is cut off.
        let micros = |degrees: f64| (degrees * MICRO).round_ties_even() as i32;
        let (latitude, longitude) = (micros(north), micros(east));
        (latitude != 0 || longitude != 0).then_some(Self {
            latitude,
            longitude,
        })
    }

    /// The point with this [`key`](Self::key); `None` for 0.
    #[must_use]
    pub fn of_key(key: u64) -> Option<Self> {
        let part = |bits: u64| i32::try_from(bits & u64::from(u32::MAX)).ok();
        let (latitude, longitude) = (part(key >> 32)?, part(key)?);
        (key != 0).then_some(Self {
            latitude: latitude - 90_000_001,
            longitude: longitude - 180_000_001,
        })
    }

    /// The point as an integer other than 0.
    #[must_use]
    pub fn key(self) -> u64 {
        let part = |value: i32, least: i32| u64::from((value + least + 1).unsigned_abs());
        part(self.latitude, 90_000_000) << 32 | part(self.longitude, 180_000_000)
    }

    /// The distance to another point in kilometres, along a great circle.
    #[must_use]
    pub fn km_to(self, other: Self) -> f64 {
        let radians = |micro: i32| (f64::from(micro) / MICRO).to_radians();
        let (north, other_north) = (radians(self.latitude), radians(other.latitude));
        let half = |one: i32, two: i32| ((radians(two) - radians(one)) / 2.0).sin().powi(2);
        let chord = half(self.latitude, other.latitude)
            + north.cos() * other_north.cos() * half(self.longitude, other.longitude);
        2.0 * EARTH_KM * chord.sqrt().min(1.0).asin()
    }
}

/// The place of a sighting, as far as it is known. The caller assigns numbers to cells and circles.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// Coordinates of the cell.
    pub point: Option<Point>,
    /// The cell; 0 if it is not known.
    pub cell: u64,
    /// The circle (licensed service area); 0 if it is not known.
    pub circle: u64,
}

impl Place {
    /// The place of one sighting that two rows have: what either knows. Where they differ, the smaller value, so that the
    /// order of rows makes no difference.
    #[must_use]
    pub fn joined(self, other: Self) -> Self {
        let known = |one: u64, other: u64| if one == 0 { other } else { one };
        let either = |one: u64, other: u64| known(one.min(other), one.max(other));
        Self {
            point: match (self.point, other.point) {
                (Some(one), Some(other)) => Some(one.min(other)),
                (one, other) => one.or(other),
            },
            cell: either(self.cell, other.cell),
            circle: either(self.circle, other.circle),
        }
    }
}

/// Pairs of sightings of a handset that one device cannot have made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Apart {
    /// The count of pairs.
    pub times: u64,
    /// The largest distance within a pair in whole kilometres; `None` if only circles show it.
    pub km: Option<u64>,
}

/// The result of both tests for one handset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Placement {
    pub(super) apart: Apart,
    pub(super) is_one_place: bool,
}

/// A sighting of a handset with its place.
pub(super) type Placed = (Row, Place);

impl Placement {
    /// Tests all sightings of one handset, in order of number and time.
    pub(super) fn of(placed: &[Placed], max_speed_kmh: Option<f64>) -> Self {
        let mut in_time: Vec<&Placed> =
            placed.iter().filter(|(row, _)| row.at != NO_TIME).collect();
        in_time.sort_unstable_by_key(|(row, place)| (row.at, row.other, *place));
        let far = max_speed_kmh.map_or_else(Vec::new, |speed| take_too_fast(&mut in_time, speed));
        let times = far.len() as u64 + two_circles(&in_time, max_speed_kmh.is_some());
        let km = far.into_iter().reduce(f64::max).map(|km| km.round() as u64);
        Self {
            apart: Apart { times, km },
            is_one_place: is_one_place(placed),
        }
    }
}

/// Takes consecutive sightings of different numbers that need more than `speed` out; the distances in kilometres.
fn take_too_fast(in_time: &mut Vec<&Placed>, speed: f64) -> Vec<f64> {
    let mut found = Vec::new();
    let mut is_taken = vec![false; in_time.len()];
    let mut before: Option<(usize, &Row, Point)> = None;
    for (n, (row, place)) in in_time.iter().enumerate() {
        let Some(point) = place.point else { continue };
        if let Some((first, earlier, from)) = before
            && earlier.other != row.other
        {
            let km = from.km_to(point);
            let hours = row.at.abs_diff(earlier.at) as f64 / HOUR;
            if km - REACH_KM > speed * hours {
                found.push(km);
                (is_taken[first], is_taken[n]) = (true, true);
                before = None;
                continue;
            }
        }
        before = Some((n, row, point));
    }
    let mut is_taken = is_taken.into_iter();
    in_time.retain(|_| is_taken.next() == Some(false));
    found
}

/// The count of consecutive sightings of different numbers within a minute in two circles. `exact`: pairs with
/// coordinates were compared by these.
fn two_circles(in_time: &[&Placed], exact: bool) -> u64 {
    let mut times = 0;
    let mut before: Option<&Placed> = None;
    for &placed in in_time.iter().filter(|(_, place)| place.circle != 0) {
        let (row, place) = placed;
        let is_apart = before.is_some_and(|(earlier, other)| {
            earlier.other != row.other
                && row.at.abs_diff(earlier.at) < MINUTE.unsigned_abs()
                && other.circle != place.circle
                && !(exact && other.point.is_some() && place.point.is_some())
        });
        times += u64::from(is_apart);
        before = (!is_apart).then_some(placed);
    }
    times
}

/// Whether nine of ten sightings with coordinates or a cell are within a kilometre or in one cell. At least half of all
/// sightings must have either: fewer do not represent the rest.
fn is_one_place(placed: &[Placed]) -> bool {
    let points: Vec<Point> = placed.iter().filter_map(|(_, place)| place.point).collect();
    let mut cells: Vec<u64> = placed.iter().map(|(_, place)| place.cell).collect();
    cells.retain(|&cell| cell != 0);
    cells.sort_unstable();
    let known = |(_, place): &&Placed| place.point.is_some() || place.cell != 0;
    let known = placed.iter().filter(known).count();
    if known == 0 || 2 * known < placed.len() {
        return false;
    }
    let in_one_cell = cells.chunk_by(|a, b| a == b).map(<[u64]>::len).max();
    let around = middle(&points).map_or(0, |middle| {
        let near = |point: &&Point| middle.km_to(**point) <= ONE_PLACE_KM;
        points.iter().filter(near).count()
    });
    10 * around.max(in_one_cell.unwrap_or(0)) >= 9 * known
}

/// The median latitude and longitude: distant points do not change it.
fn middle(points: &[Point]) -> Option<Point> {
    let median = |of: fn(&Point) -> i32| {
        let mut degrees: Vec<i32> = points.iter().map(of).collect();
        degrees.sort_unstable();
        degrees.get(degrees.len() / 2).copied()
    };
    Some(Point {
        latitude: median(|point| point.latitude)?,
        longitude: median(|point| point.longitude)?,
    })
}
