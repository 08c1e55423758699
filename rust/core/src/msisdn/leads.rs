//! What the first digits and the count of all of them decide: most numbers of a region, without a look at the others.
//!
//! Owns tables of the answers that [`ahead`](super::ahead) gives. Independent of how digits are written. One idea: the
//! number is the integer that the digits write, and one figure more for what was taken off before it and for the
//! country code.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use super::ahead;
use super::verdict::{COUNTS, DEEPEST, POWERS, Verdict};
use crate::digits::value;
use crate::plan::ahead::Ahead;
use crate::plan::{self, RegionPlan};

/// One column of answers, by the count of the digits.
type Row = [u16; COUNTS.end - COUNTS.start];

/// The answers for bare digits, or for those behind a plus.
struct Table {
    /// By the first three digits: a row, or, from [`DEEPER`] on, a place in `deeper`.
    first: Box<[u16; 1000]>,
    /// By one digit more.
    deeper: Vec<[u16; 10]>,
    rows: Vec<Row>,
}

/// The first place in a table's `deeper`.
const DEEPER: u16 = 1 << 15;
/// In how many places more than three of them are.
const MOST_DEEPER: usize = 512;

/// The answers of each region, and how many cells were asked before they were made.
static ALL: [OnceLock<Leads>; plan::COUNT] = [const { OnceLock::new() }; plan::COUNT];
static CELLS: [AtomicU32; plan::COUNT] = [const { AtomicU32::new(0) }; plan::COUNT];

/// Cells that take as long to read one by one as answers take to be made.
const ENOUGH: u32 = 4_096;

/// The answers of one region.
pub(super) struct Leads {
    bare: Table,
    signed: Table,
    verdicts: Vec<Verdict>,
}

impl Leads {
    /// The answers of a region, made at the first call.
    pub(super) fn of(plan: RegionPlan) -> &'static Self {
        ALL[plan.place()].get_or_init(|| Self::build(plan))
    }

    /// The same once `cells` more are so many that making them is worth it.
    #[inline]
    pub(super) fn after(plan: RegionPlan, cells: u32) -> Option<&'static Self> {
        let made = ALL[plan.place()].get();
        made.or_else(|| {
            let before = CELLS[plan.place()].fetch_add(cells.min(ENOUGH), Ordering::Relaxed);
            (before.saturating_add(cells) > ENOUGH).then(|| Self::of(plan))
        })
    }

    fn build(plan: RegionPlan) -> Self {
        // What has no place in the list is at the first.
        let mut verdicts = List::of([Verdict::UNSURE]);
        let bare = Builder::table(&mut verdicts, |digits| ahead::bare(digits, plan));
        let signed = Builder::table(&mut verdicts, |digits| ahead::signed(digits, plan));
        Self {
            bare,
            signed,
            verdicts: verdicts.all,
        }
    }

    /// What is known of `count` digits, one of [`COUNTS`], which write the integer `value`.
    #[inline]
    pub(super) fn verdict(&self, value: u64, count: usize, plus: bool) -> &Verdict {
        let table = if plus { &self.signed } else { &self.bare };
        &self.verdicts[usize::from(table.answer(value, count))]
    }
}

impl Table {
    #[inline]
    fn answer(&self, value: u64, count: usize) -> u16 {
        let mut unknown = count - 3;
        let mut place = self.first[(value / POWERS[unknown]) as usize];
        while place >= DEEPER {
            unknown -= 1;
            let digit = value / POWERS[unknown] % 10;
            place = self.deeper[usize::from(place - DEEPER)][digit as usize];
        }
        self.rows[usize::from(place)][count - COUNTS.start]
    }
}

/// A table that is being made.
struct Builder<'a, Ask> {
    first: Box<[u16; 1000]>,
    deeper: Vec<[u16; 10]>,
    rows: List<Row>,
    verdicts: &'a mut List<Verdict>,
    ask: Ask,
}

impl<Ask: Fn(&Ahead) -> Option<Verdict>> Builder<'_, Ask> {
    fn table(verdicts: &mut List<Verdict>, ask: Ask) -> Table {
        let mut builder = Builder {
            first: Box::new([0; 1000]),
            deeper: Vec::new(),
            rows: List::of([]),
            verdicts,
            ask,
        };
        let answers = builder.answers(&[], Answers::default());
        builder.fill(&mut Vec::with_capacity(DEEPEST), answers);
        Table {
            first: builder.first,
            deeper: builder.deeper,
            rows: builder.rows.all,
        }
    }

    /// The answers for digits that begin with `lead`, of which a shorter beginning decided some.
    fn answers(&mut self, lead: &[u8], mut answers: Answers) -> Answers {
        for (answer, count) in answers.iter_mut().zip(COUNTS) {
            if answer.is_none() {
                let verdict = (self.ask)(&Ahead::of(lead, count));
                *answer = verdict.map(|verdict| self.verdicts.place(verdict));
            }
        }
        answers
    }

    /// Fills in what follows `lead`, of which there are `answers`, and returns its place.
    fn fill(&mut self, lead: &mut Vec<u8>, answers: Answers) -> u16 {
        if answers.iter().all(Option::is_some) {
            return self.put(lead, answers);
        }
        let next: [Answers; 10] = std::array::from_fn(|digit| {
            lead.push(digit as u8);
            let next = self.answers(lead, answers);
            lead.pop();
            next
        });
        let is_last = match lead.len() {
            ..3 => false,
            DEEPEST => true,
            _ => self.deeper.len() >= MOST_DEEPER || next.iter().all(|next| *next == answers),
        };
        if is_last {
            return self.put(lead, answers);
        }
        let mut places = [0; 10];
        for (digit, place) in places.iter_mut().enumerate() {
            lead.push(digit as u8);
            *place = self.fill(lead, next[digit]);
            lead.pop();
        }
        if lead.len() < 3 {
            return 0;
        }
        self.deeper.push(places);
        let place = DEEPER + self.deeper.len() as u16 - 1;
        self.point(lead, place);
        place
    }

    /// A row of these answers; what is not decided is unsure.
    fn put(&mut self, lead: &[u8], answers: Answers) -> u16 {
        let place = self.rows.place(answers.map(Option::unwrap_or_default));
        self.point(lead, place);
        place
    }

    /// Sets the place of all beginnings of three digits that begin with `lead`, if it is no longer.
    fn point(&mut self, lead: &[u8], place: u16) {
        if lead.len() <= 3 {
            let scale = 10_usize.pow(3 - lead.len() as u32);
            let from = value(lead) as usize * scale;
            self.first[from..from + scale].fill(place);
        }
    }
}

/// The places of verdicts, by the count of the digits, as far as a beginning decides them.
type Answers = [Option<u16>; COUNTS.end - COUNTS.start];

/// Things that are all different, each with its place.
struct List<T> {
    all: Vec<T>,
    places: HashMap<T, u16>,
}

impl<T: Copy + Eq + Hash> List<T> {
    fn of(first: impl IntoIterator<Item = T>) -> Self {
        let mut list = Self {
            all: Vec::new(),
            places: HashMap::new(),
        };
        for thing in first {
            list.place(thing);
        }
        list
    }

    /// The place of a thing, the next one if it has none; the first where no more are free.
    fn place(&mut self, thing: T) -> u16 {
        let Ok(next) = u16::try_from(self.all.len()) else {
            return 0;
        };
        *self.places.entry(thing).or_insert_with(|| {
            self.all.push(thing);
            next
        })
    }
}
