//! The lookups and output columns of a scan, and their indices in the schema of a file or stream.

use std::sync::Arc;

use arrow_array::new_empty_array;
use arrow_schema::{DataType, Field, FieldRef, Schema, SchemaRef};
use numguard_core::set::FrozenSet;

use crate::Error;
use crate::column::Keys;
use crate::error::type_name;
use crate::field::{check_field, is_text};
use crate::regions::Regions;

/// The suffix of the column of matches: it is named as the key column with this suffix.
pub const MATCH: &str = "_match";

/// A key column, and the set in which its cells are looked up.
#[derive(Clone, Debug)]
pub struct Lookup {
    /// The column's name.
    pub column: String,
    /// The type of its keys.
    pub keys: Keys,
    /// The set.
    pub set: FrozenSet,
}

/// The lookups and the output columns of a scan.
#[derive(Clone, Debug)]
pub struct ScanPlan {
    lookups: Vec<Lookup>,
    /// The output columns before the matches; `None` for all.
    columns: Option<Vec<String>>,
    /// The column with the region of each row.
    regions: Option<String>,
}

impl ScanPlan {
    /// A plan of at least one lookup. Its output is `columns` of each hit row (`None`: all) and the matches.
    ///
    /// # Errors
    /// [`Error::KeyType`] if the keys of a set and of its column differ in type.
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

    /// The plan, with the numbers of each row read by the region in this column. Only for batches: a scan of files reads
    /// the key columns without the column of regions.
    #[must_use]
    pub fn with_regions(self, column: Option<String>) -> Self {
        Self {
            regions: column,
            ..self
        }
    }

    /// Whether a column gives the region of each row.
    #[must_use]
    pub fn has_regions(&self) -> bool {
        self.regions.is_some()
    }

    /// The lookups, in the order of the match columns.
    #[must_use]
    pub fn lookups(&self) -> &[Lookup] {
        &self.lookups
    }

    /// The indices of the columns of this plan in `schema`. `expected` has the output columns of the first file of the
    /// scan, if this is not the first: the columns are then found by these names, in that order.
    ///
    /// # Errors
    /// [`Error::NoSuchColumn`], [`Error::RepeatedColumn`], [`Error::MatchColumn`], [`Error::UnsupportedType`]; against
    /// a first file also [`Error::TypeChanged`] and [`Error::NewColumn`].
    pub fn project(
        &self,
        schema: &Schema,
        expected: Option<&SchemaRef>,
    ) -> Result<Projection, Error> {
        let find = |name: &str| find_column(name, schema);
        let keys = self
            .lookups
            .iter()
            .map(|lookup| {
                let at = find(&lookup.column)?;
                check_field(schema.field(at), lookup.keys)
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
        let output = match &self.columns {
            None => (0..schema.fields().len()).collect(),
            Some(names) => names
                .iter()
                .map(|name| find(name))
                .collect::<Result<Vec<_>, Error>>()?,
        };
        if let Some(expected) = expected {
            return self.agree(schema, expected, (keys, regions), &output);
        }
        let mut fields: Vec<Field> = output
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
        Ok(Projection {
            keys,
            regions,
            output,
            schema: Arc::new(Schema::new(fields)),
        })
    }

    /// The output columns in the order of the first file. Checks that `present` has the same columns.
    fn agree(
        &self,
        schema: &Schema,
        expected: &SchemaRef,
        (keys, regions): (Vec<usize>, Option<usize>),
        present: &[usize],
    ) -> Result<Projection, Error> {
        let wanted = &expected.fields()[..expected.fields().len() - self.lookups.len()];
        let mut output = Vec::with_capacity(wanted.len());
        // Of several columns with one name, as the unnamed ones of a spreadsheet, the first is that of the first.
        let mut is_taken = vec![false; schema.fields().len()];
        for field in wanted {
            let at = present
                .iter()
                .copied()
                .find(|&at| !is_taken[at] && schema.field(at).name() == field.name())
                .ok_or_else(|| no_such_column(field.name(), schema))?;
            let (found, expected) = (schema.field(at).data_type(), field.data_type());
            if !same_values(found, expected) {
                let (mut here, first) = (type_name(found), type_name(expected));
                if here == first {
                    here.push_str(" with other fields");
                }
                return Err(Error::TypeChanged {
                    found: here,
                    expected: first,
                }
                .in_column(field.name()));
            }
            is_taken[at] = true;
            output.push(at);
        }
        if let Some(&more) = present.iter().find(|&&at| !is_taken[at]) {
            return Err(Error::NewColumn(schema.field(more).name().clone()));
        }
        Ok(Projection {
            keys,
            regions,
            output,
            schema: Arc::clone(expected),
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
    (found.equals_datatype(expected) && same_fields(found, expected))
        || (is_text(found) && is_text(expected))
}

/// Whether the fields of structs in two equal types have the same names: a cast goes by their order.
fn same_fields(found: &DataType, expected: &DataType) -> bool {
    use DataType::{FixedSizeList, LargeList, LargeListView, List, ListView, Map, Struct};
    let same = |a: &FieldRef, b: &FieldRef| same_fields(a.data_type(), b.data_type());
    match (found, expected) {
        (Struct(a), Struct(b)) => {
            let mut pairs = a.iter().zip(b);
            pairs.all(|(a, b)| a.name() == b.name() && same(a, b))
        }
        // Writers name items, and the entries of maps, as they like.
        (Map(a, _), Map(b, _)) => match (a.data_type(), b.data_type()) {
            (Struct(a), Struct(b)) => a.iter().zip(b).all(|(a, b)| same(a, b)),
            _ => false,
        },
        (List(a), List(b))
        | (LargeList(a), LargeList(b))
        | (ListView(a), ListView(b))
        | (LargeListView(a), LargeListView(b))
        | (FixedSizeList(a, _), FixedSizeList(b, _)) => same(a, b),
        (DataType::Dictionary(_, a), DataType::Dictionary(_, b)) => same_fields(a, b),
        _ => true,
    }
}

/// The index of the only column with that name.
pub(crate) fn find_column(name: &str, schema: &Schema) -> Result<usize, Error> {
    let mut found = schema.fields().iter().enumerate();
    let mut found = found.by_ref().filter(|(_, field)| field.name() == name);
    match (found.next(), found.next()) {
        (Some((at, _)), None) => Ok(at),
        (Some(_), Some(_)) => Err(Error::RepeatedColumn(name.to_owned())),
        (None, _) => Err(no_such_column(name, schema)),
    }
}

/// The indices of the columns of a plan in one schema.
#[derive(Clone, Debug)]
pub struct Projection {
    /// Of the key column of each lookup.
    pub keys: Vec<usize>,
    /// Of the column of regions, if there is one.
    pub regions: Option<usize>,
    /// Of each output column before the matches.
    pub output: Vec<usize>,
    /// The schema of the output.
    pub schema: SchemaRef,
}
