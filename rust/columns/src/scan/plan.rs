//! What a scan looks up and hands on, and where that stands in the schema of a file or stream.

use std::sync::Arc;

use arrow_array::new_empty_array;
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use numguard_core::set::FrozenSet;

use crate::Error;
use crate::column::{Column, Keys};
use crate::regions::Regions;

/// What is added to a key column's name to name the column of its matches.
pub const MATCH: &str = "_match";

/// A key column and the set its cells are looked up in.
#[derive(Clone, Debug)]
pub struct Lookup {
    /// The column's name.
    pub column: String,
    /// What its cells are read as.
    pub keys: Keys,
    /// The members.
    pub set: FrozenSet,
}

/// What a scan looks up and what it hands on.
#[derive(Clone, Debug)]
pub struct Plan {
    lookups: Vec<Lookup>,
    columns: Option<Vec<String>>,
    /// The column that has the region of each row.
    regions: Option<String>,
}

impl Plan {
    /// A plan of at least one lookup that hands on `columns` of each hit row (`None`: all) and the matches.
    ///
    /// # Errors
    /// [`Error::KeyType`] if a set holds another type of key than its column is read as.
    pub fn new(lookups: Vec<Lookup>, columns: Option<Vec<String>>) -> Result<Self, Error> {
        if lookups
            .iter()
            .any(|lookup| lookup.set.key_type() != lookup.keys.key_type())
        {
            return Err(Error::KeyType);
        }
        Ok(Self {
            lookups,
            columns,
            regions: None,
        })
    }

    /// The same where each row's numbers are read by the region that a column names: of batches, for whoever reads files
    /// by their keys alone does not have it.
    #[must_use]
    pub fn with_regions(self, column: Option<String>) -> Self {
        Self {
            regions: column,
            ..self
        }
    }

    /// Whether each row has a region of its own.
    #[must_use]
    pub fn has_regions(&self) -> bool {
        self.regions.is_some()
    }

    /// The lookups, in the order of the match columns.
    #[must_use]
    pub fn lookups(&self) -> &[Lookup] {
        &self.lookups
    }

    /// Where the columns of this plan stand in `schema`. Where the columns of the hits are settled already, by the
    /// first file of a scan, they are taken by name, in that order.
    ///
    /// # Errors
    /// [`Error::NoSuchColumn`], [`Error::RepeatedColumn`], [`Error::MatchColumn`], [`Error::UnsupportedType`]; against
    /// a first file also [`Error::TypeChanged`] and [`Error::NewColumn`].
    pub fn places(&self, schema: &Schema, settled: Option<&SchemaRef>) -> Result<Places, Error> {
        let find = |name: &str| find_column(name, schema);
        let keys = self
            .lookups
            .iter()
            .map(|lookup| {
                let at = find(&lookup.column)?;
                Column::new(&new_empty_array(schema.field(at).data_type()), lookup.keys)
                    .map_err(|error| error.in_column(&lookup.column))?;
                Ok(at)
            })
            .collect::<Result<Vec<_>, Error>>()?;
        let regions = self.regions.as_deref().map(|name| -> Result<usize, Error> {
            let at = find(name)?;
            Regions::of(&new_empty_array(schema.field(at).data_type()))
                .map_err(|error| error.in_column(name))?;
            Ok(at)
        });
        let regions = regions.transpose()?;
        let handed_on = match &self.columns {
            None => (0..schema.fields().len()).collect(),
            Some(names) => names
                .iter()
                .map(|name| find(name))
                .collect::<Result<Vec<_>, Error>>()?,
        };
        if let Some(settled) = settled {
            return self.agree(schema, settled, (keys, regions), &handed_on);
        }
        let mut fields: Vec<Field> = handed_on
            .iter()
            // Another file of the same scan may have nulls where the first has none.
            .map(|&at| schema.field(at).clone().with_nullable(true))
            .collect();
        for lookup in &self.lookups {
            let name = format!("{}{MATCH}", lookup.column);
            if fields.iter().any(|field| field.name() == &name) {
                return Err(Error::MatchColumn(name));
            }
            fields.push(Field::new(name, DataType::UInt64, true));
        }
        Ok(Places {
            keys,
            regions,
            handed_on,
            schema: Arc::new(Schema::new(fields)),
        })
    }

    /// Takes the columns `present` in the order of the first file, and checks that they are the same.
    fn agree(
        &self,
        schema: &Schema,
        settled: &SchemaRef,
        (keys, regions): (Vec<usize>, Option<usize>),
        present: &[usize],
    ) -> Result<Places, Error> {
        let wanted = &settled.fields()[..settled.fields().len() - self.lookups.len()];
        let mut handed_on = Vec::with_capacity(wanted.len());
        for field in wanted {
            let at = present
                .iter()
                .copied()
                .find(|&at| schema.field(at).name() == field.name())
                .ok_or_else(|| no_such_column(field.name(), schema))?;
            let (found, expected) = (schema.field(at).data_type(), field.data_type());
            if !same_values(found, expected) {
                return Err(Error::TypeChanged {
                    found: found.to_string(),
                    expected: expected.to_string(),
                }
                .in_column(field.name()));
            }
            handed_on.push(at);
        }
        if let Some(&more) = present.iter().find(|at| !handed_on.contains(at)) {
            return Err(Error::NewColumn(schema.field(more).name().clone()));
        }
        Ok(Places {
            keys,
            regions,
            handed_on,
            schema: Arc::clone(settled),
        })
    }
}

fn no_such_column(column: &str, schema: &Schema) -> Error {
    Error::NoSuchColumn {
        column: column.to_owned(),
        have: schema.fields().iter().map(|f| f.name().clone()).collect(),
    }
}

/// Columns that hold the same text in different layouts are the same column.
fn same_values(found: &DataType, expected: &DataType) -> bool {
    found.equals_datatype(expected) || (is_text(found) && is_text(expected))
}

/// Where the one column of that name stands.
pub(crate) fn find_column(name: &str, schema: &Schema) -> Result<usize, Error> {
    let mut found = schema.fields().iter().enumerate();
    let mut found = found.by_ref().filter(|(_, field)| field.name() == name);
    match (found.next(), found.next()) {
        (Some((at, _)), None) => Ok(at),
        (Some(_), Some(_)) => Err(Error::RepeatedColumn(name.to_owned())),
        (None, _) => Err(no_such_column(name, schema)),
    }
}

pub(crate) fn is_text(data_type: &DataType) -> bool {
    match data_type {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => true,
        DataType::Dictionary(_, values) => is_text(values),
        _ => false,
    }
}

/// Where the columns of a plan stand in one schema.
#[derive(Clone, Debug)]
pub struct Places {
    /// Of each lookup.
    pub keys: Vec<usize>,
    /// Of the column of regions, if there is one.
    pub regions: Option<usize>,
    /// Of each column that is handed on.
    pub handed_on: Vec<usize>,
    /// Of the hits.
    pub schema: SchemaRef,
}
