//! Union, intersection, difference and symmetric difference: one walk along two ascending runs of keys.

use std::cmp::Ordering;

use super::{Builder, FrozenSet};
use crate::Error;

impl FrozenSet {
    /// The keys of either.
    ///
    /// # Errors
    /// [`Error::SetKeyType`] when the two hold different things.
    pub fn union(&self, other: &Self) -> Result<Self, Error> {
        self.merge(other, |_| true)
    }

    /// The keys of both.
    ///
    /// # Errors
    /// [`Error::SetKeyType`] when the two hold different things.
    pub fn intersection(&self, other: &Self) -> Result<Self, Error> {
        self.merge(other, Ordering::is_eq)
    }

    /// The keys of `self` that `other` has not.
    ///
    /// # Errors
    /// [`Error::SetKeyType`] when the two hold different things.
    pub fn difference(&self, other: &Self) -> Result<Self, Error> {
        self.merge(other, Ordering::is_lt)
    }

    /// The keys of one, but not of both.
    ///
    /// # Errors
    /// [`Error::SetKeyType`] when the two hold different things.
    pub fn symmetric_difference(&self, other: &Self) -> Result<Self, Error> {
        self.merge(other, Ordering::is_ne)
    }

    /// Walks along both. A key only `self` has comes as `Less`, one only `other` has as `Greater`, a common one as
    /// `Equal`; `keep` says which stay.
    fn merge(&self, other: &Self, keep: impl Fn(Ordering) -> bool) -> Result<Self, Error> {
        if self.key_type() != other.key_type() {
            return Err(Error::SetKeyType {
                expected: self.key_type(),
                found: other.key_type(),
            });
        }
        let (mut left, mut right) = (self.iter().peekable(), other.iter().peekable());
        let kept = std::iter::from_fn(|| {
            loop {
                let (order, key) = match (left.peek(), right.peek()) {
                    (Some(&a), Some(&b)) => (a.cmp(&b), a.min(b)),
                    (Some(&a), None) => (Ordering::Less, a),
                    (None, Some(&b)) => (Ordering::Greater, b),
                    (None, None) => return None,
                };
                if order.is_le() {
                    left.next();
                }
                if order.is_ge() {
                    right.next();
                }
                if keep(order) {
                    return Some(key);
                }
            }
        });
        // Two sets with good checksums give ascending keys; the builder sorts what damaged ones give.
        let mut builder = Builder::new(self.key_type());
        builder.extend(kept);
        Ok(builder
            .build()
            .expect("a set holds fewer than 2^32 - 1 keys"))
    }
}
