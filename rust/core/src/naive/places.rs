//! The oracle of the two tests of places: pair by pair, with the distance computed from the straight line between two
//! points.

use std::collections::BTreeMap;

use crate::linkage::{NO_TIME, Place, Point};

/// A sighting of one handset: time, number, place.
pub(super) type Seen = (i64, u64, Place);

const REACH: f64 = 30.0;

fn vector(point: Point) -> [f64; 3] {
    let latitude = (f64::from(point.latitude) / 1e6).to_radians();
    let longitude = (f64::from(point.longitude) / 1e6).to_radians();
    [
        latitude.cos() * longitude.cos(),
        latitude.cos() * longitude.sin(),
        latitude.sin(),
    ]
}

pub(super) fn km(one: Point, other: Point) -> f64 {
    let (a, b) = (vector(one), vector(other));
    let through: f64 = (0..3).map(|n| (a[n] - b[n]).powi(2)).sum::<f64>().sqrt();
    6371.0088 * 2.0 * (through / 2.0).min(1.0).asin()
}

/// The count of pairs that are apart, and the largest distance.
pub(super) fn apart(seen: &[Seen], speed: Option<f64>) -> (u64, Option<u64>) {
    let mut seen: Vec<Seen> = seen
        .iter()
        .copied()
        .filter(|one| one.0 != NO_TIME)
        .collect();
    seen.sort_unstable();
    let (mut times, mut longest) = (0, None::<f64>);
    let mut used: Vec<Seen> = Vec::new();
    if let Some(speed) = speed {
        let mut with_points: Vec<&Seen> = seen.iter().filter(|one| one.2.point.is_some()).collect();
        while with_points.len() > 1 {
            let (a, b) = (with_points[0], with_points[1]);
            let way = km(a.2.point.expect("a point"), b.2.point.expect("a point"));
            let hours = (b.0 - a.0) as f64 / 3.6e9;
            let both = a.1 != b.1 && way > REACH + speed * hours;
            if both {
                times += 1;
                longest = Some(longest.unwrap_or(0.0).max(way));
                used.extend([*a, *b]);
            }
            with_points.drain(..if both { 2 } else { 1 });
        }
    }
    let mut in_circles: Vec<&Seen> = seen
        .iter()
        .filter(|one| one.2.circle != 0 && !used.contains(one))
        .collect();
    while in_circles.len() > 1 {
        let (a, b) = (in_circles[0], in_circles[1]);
        let exact = speed.is_some() && a.2.point.is_some() && b.2.point.is_some();
        let both = a.1 != b.1 && b.0 - a.0 < 60_000_000 && a.2.circle != b.2.circle && !exact;
        times += u64::from(both);
        in_circles.drain(..if both { 2 } else { 1 });
    }
    (times, longest.map(|km| km.round() as u64))
}

/// What two rows know of one sighting; of two values the smaller one.
pub(super) fn joined(one: Place, other: Place) -> Place {
    let least = |values: [u64; 2]| values.into_iter().filter(|&value| value != 0).min();
    Place {
        point: [one.point, other.point].into_iter().flatten().min(),
        cell: least([one.cell, other.cell]).unwrap_or(0),
        circle: least([one.circle, other.circle]).unwrap_or(0),
    }
}

/// Whether nine tenths of the sightings with a place are within a kilometre or one cell, and half of all have a place.
pub(super) fn stays(seen: &[Seen]) -> bool {
    let points: Vec<Point> = seen.iter().filter_map(|one| one.2.point).collect();
    let median = |of: fn(&Point) -> i32| {
        let mut all: Vec<i32> = points.iter().map(of).collect();
        all.sort_unstable();
        all[all.len() / 2]
    };
    let near = if points.is_empty() {
        0
    } else {
        let middle = Point {
            latitude: median(|point| point.latitude),
            longitude: median(|point| point.longitude),
        };
        points
            .iter()
            .filter(|&&point| km(middle, point) <= 1.0)
            .count()
    };
    let mut by_cell: BTreeMap<u64, usize> = BTreeMap::new();
    for one in seen.iter().filter(|one| one.2.cell != 0) {
        *by_cell.entry(one.2.cell).or_default() += 1;
    }
    let placed = seen
        .iter()
        .filter(|one| one.2.point.is_some() || one.2.cell != 0)
        .count();
    let most = near.max(by_cell.into_values().max().unwrap_or(0));
    placed > 0 && placed as f64 / seen.len() as f64 >= 0.5 && most * 100 >= placed * 90
}
