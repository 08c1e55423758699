//! The Arrow types of columns of which the reader's own types would lose something: times in INT96, and INTERVAL.
//!
//! INT96 is a day and nanoseconds of it, which the reader makes nanoseconds since 1970: before 1677 and after 2262 they
//! would be another date, without an error. They are read as microseconds. An INTERVAL has months, days and milliseconds,
//! of which the reader's type has no months. It is read as its twelve bytes, as pyarrow reads it.
//!
//! A writer may declare types that Arrow has not, as Polars declares Int128, for which the reader panics.

use std::sync::Arc;

use arrow_ipc::{Field as FieldInFile, root_as_message};
use arrow_schema::{DataType, Field, FieldRef, Fields, Schema, TimeUnit};
use base64::prelude::{BASE64_STANDARD, Engine};
use parquet::arrow::ARROW_SCHEMA_META_KEY;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions};
use parquet::basic::{ConvertedType, Type as Physical};
use parquet::errors::ParquetError;
use parquet::file::metadata::{FileMetaData, ParquetMetaData};
use parquet::schema::types::{BasicTypeInfo, ColumnDescPtr, SchemaDescriptor, Type, TypePtr};

use crate::guard::caught;

/// The columns of which a file declares a type that Arrow has not.
pub(super) fn unknown_types(metadata: &ParquetMetaData) -> Vec<String> {
    let pairs = metadata.file_metadata().key_value_metadata();
    let declared = pairs
        .and_then(|pairs| pairs.iter().find(|pair| pair.key == ARROW_SCHEMA_META_KEY))
        .and_then(|pair| BASE64_STANDARD.decode(pair.value.as_ref()?).ok())
        .unwrap_or_default();
    // Before a message stands its length, and before that, in files of today, a mark.
    let message = declared.strip_prefix(&[0xFF; 4]);
    let message = message.map_or(declared.as_slice(), |rest| {
        rest.get(4..).unwrap_or_default()
    });
    let schema = root_as_message(message).ok();
    let fields = schema.and_then(|message| message.header_as_schema()?.fields());
    let is_unknown = |field: &FieldInFile<'_>| caught(|| Field::from(*field)).is_err();
    let unknown = fields.into_iter().flatten().filter(is_unknown);
    let name = |field: FieldInFile<'_>| field.name().unwrap_or_default().to_owned();
    unknown.map(name).collect()
}

/// The footer with types that hold whatever the file has.
pub(super) fn whole_types(read: ArrowReaderMetadata) -> Result<ArrowReaderMetadata, ParquetError> {
    with_microseconds(with_bytes(read)?)
}

/// The footer without the mark of INTERVAL, which makes such a column one of bytes.
fn with_bytes(read: ArrowReaderMetadata) -> Result<ArrowReaderMetadata, ParquetError> {
    let columns = read.parquet_schema().columns();
    if !columns
        .iter()
        .any(|column| column.converted_type() == ConvertedType::INTERVAL)
    {
        return Ok(read);
    }
    let metadata = read.metadata();
    let file = metadata.file_metadata();
    let root = without_intervals(&file.schema_descr().root_schema_ptr())?;
    let plain = FileMetaData::new(
        file.version(),
        file.num_rows(),
        file.created_by().map(str::to_owned),
        file.key_value_metadata().cloned(),
        Arc::new(SchemaDescriptor::new(root)),
        file.column_orders().cloned(),
    );
    let plain = ParquetMetaData::new(plain, metadata.row_groups().to_vec());
    ArrowReaderMetadata::try_new(Arc::new(plain), ArrowReaderOptions::new())
}

fn without_intervals(kind: &TypePtr) -> Result<TypePtr, ParquetError> {
    let id = |info: &BasicTypeInfo| info.has_id().then(|| info.id());
    let plain = match kind.as_ref() {
        Type::PrimitiveType {
            basic_info,
            physical_type,
            type_length,
            ..
        } if basic_info.converted_type() == ConvertedType::INTERVAL => {
            Type::primitive_type_builder(basic_info.name(), *physical_type)
                .with_repetition(basic_info.repetition())
                .with_length(*type_length)
                .with_id(id(basic_info))
                .build()?
        }
        Type::PrimitiveType { .. } => return Ok(Arc::clone(kind)),
        Type::GroupType { basic_info, fields } => {
            let fields = fields.iter().map(without_intervals);
            let mut group = Type::group_type_builder(basic_info.name())
                .with_fields(fields.collect::<Result<_, _>>()?)
                .with_converted_type(basic_info.converted_type())
                .with_logical_type(basic_info.logical_type_ref().cloned())
                .with_id(id(basic_info));
            if basic_info.has_repetition() {
                group = group.with_repetition(basic_info.repetition());
            }
            group.build()?
        }
    };
    Ok(Arc::new(plain))
}

/// The footer with microseconds for times in INT96.
fn with_microseconds(read: ArrowReaderMetadata) -> Result<ArrowReaderMetadata, ParquetError> {
    let columns = read.parquet_schema().columns();
    let is_int96 = |column: &ColumnDescPtr| column.physical_type() == Physical::INT96;
    if !columns.iter().any(is_int96) {
        return Ok(read);
    }
    // The leaves of the Arrow schema are those of the file, in their order.
    let mut leaves = columns.iter().map(is_int96);
    let fields = all_in_microseconds(read.schema().fields(), &mut leaves);
    if leaves.next().is_some() {
        let why = "its columns and their types differ in number";
        return Err(ParquetError::General(why.to_owned()));
    }
    let schema = Schema::new_with_metadata(fields, read.schema().metadata().clone());
    let options = ArrowReaderOptions::new().with_schema(Arc::new(schema));
    ArrowReaderMetadata::try_new(Arc::clone(read.metadata()), options)
}

fn all_in_microseconds(fields: &Fields, is_int96: &mut impl Iterator<Item = bool>) -> Fields {
    let mut field = |field: &FieldRef| in_microseconds(field, is_int96);
    fields.iter().map(&mut field).collect()
}

fn in_microseconds(field: &FieldRef, is_int96: &mut impl Iterator<Item = bool>) -> FieldRef {
    let data_type = type_in_microseconds(field.data_type(), is_int96);
    Arc::new(Field::clone(field).with_data_type(data_type))
}

/// A type with microseconds in its leaves that are INT96; `is_int96` is asked once for each leaf.
fn type_in_microseconds(
    data_type: &DataType,
    is_int96: &mut impl Iterator<Item = bool>,
) -> DataType {
    use DataType::{FixedSizeList, LargeList, List, Map, Struct, Timestamp};
    match data_type {
        Struct(fields) => Struct(all_in_microseconds(fields, is_int96)),
        List(item) => List(in_microseconds(item, is_int96)),
        LargeList(item) => LargeList(in_microseconds(item, is_int96)),
        DataType::ListView(item) => DataType::ListView(in_microseconds(item, is_int96)),
        DataType::LargeListView(item) => DataType::LargeListView(in_microseconds(item, is_int96)),
        FixedSizeList(item, len) => FixedSizeList(in_microseconds(item, is_int96), *len),
        Map(entries, is_sorted) => Map(in_microseconds(entries, is_int96), *is_sorted),
        leaf => match (is_int96.next(), leaf) {
            (Some(true), Timestamp(_, zone)) => Timestamp(TimeUnit::Microsecond, zone.clone()),
            _ => leaf.clone(),
        },
    }
}
