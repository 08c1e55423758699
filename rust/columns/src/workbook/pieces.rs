//! XML in pieces -> its events, each once, wherever one piece ends and the next begins.

use quick_xml::Reader;
use quick_xml::events::attributes::Attribute;
use quick_xml::events::{BytesStart, Event};

use super::Refusal;

/// The most bytes of one tag or text: a cell has 32,767 characters at most.
const LONGEST: usize = 1 << 24;

/// What the events of a file are for.
pub trait Events {
    /// Takes one event.
    ///
    /// # Errors
    /// The file is not read.
    fn take(&mut self, event: &Event<'_>) -> Result<(), Refusal>;
}

/// A file of which one piece after the other is taken.
#[derive(Default)]
pub struct Pieces<T> {
    /// What the events are for.
    pub events: T,
    rest: Vec<u8>,
}

impl<T: Events> Pieces<T> {
    /// Without a piece.
    pub fn new(events: T) -> Self {
        Self {
            events,
            rest: Vec::new(),
        }
    }

    /// Takes the next piece.
    ///
    /// # Errors
    /// The file is not read.
    pub fn take(&mut self, piece: &[u8]) -> Result<(), Refusal> {
        self.rest.extend_from_slice(piece);
        let rest = std::mem::take(&mut self.rest);
        let used = self.events_of(&rest, false)?;
        self.rest = rest;
        self.rest.drain(..used);
        if self.rest.len() > LONGEST {
            return Err(Refusal::Damaged);
        }
        Ok(())
    }

    /// Takes what is left after the last piece.
    ///
    /// # Errors
    /// The file is not read.
    pub fn end(&mut self) -> Result<(), Refusal> {
        let rest = std::mem::take(&mut self.rest);
        self.events_of(&rest, true).map(|_| ())
    }

    /// Takes the events of a text, without the last one unless `is_last`: it may go on. Returns the bytes used.
    fn events_of(&mut self, text: &[u8], is_last: bool) -> Result<usize, Refusal> {
        let mut reader = Reader::from_reader(text);
        let config = reader.config_mut();
        // A piece begins anywhere. Whether tags are in pairs is for the reader of values to say.
        config.allow_unmatched_ends = true;
        config.check_end_names = false;
        config.allow_dangling_amp = true;
        loop {
            let before = reader.buffer_position() as usize;
            let event = match reader.read_event() {
                Ok(Event::Eof) => return Ok(before),
                Ok(event) => event,
                Err(_) if is_last => return Err(Refusal::Damaged),
                Err(_) => return Ok(before),
            };
            if reader.buffer_position() as usize == text.len() && !is_last {
                return Ok(before);
            }
            self.events.take(&event)?;
        }
    }
}

/// The attributes of a tag.
///
/// # Errors
/// One is not valid.
pub(super) fn attributes<'a>(
    tag: &'a BytesStart<'_>,
) -> impl Iterator<Item = Result<Attribute<'a>, Refusal>> {
    let mut attributes = tag.attributes();
    attributes.with_checks(false);
    attributes.map(|one| one.map_err(|_| Refusal::Damaged))
}
