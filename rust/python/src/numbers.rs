//! The public functions that read and format numbers and IMEIs: columns to columns.

use numguard_columns::Keys;
use numguard_core::msisdn::Style;
use numguard_core::plan::RegionPlan;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};

use crate::input::{RegionsArgument, StyleArgument, ThreadsArgument, Values};

type ArrayResult<'py> = PyResult<Bound<'py, PyAny>>;

/// Read written phone numbers into E.164 integers.
///
/// Numbers have at most 15 digits with their country code (ITU-T E.164). A cell is never cut to its last ten digits.
///
/// Args:
///     values: Text, dictionary or run-end-encoded text, `Int64`, `UInt64`, `Float64` or `Decimal128` of scale 0 (not of
///         20 or more digits): an Arrow array or stream, a series, a NumPy array or a list. `UInt64` is E.164 already and is not read again;
///         in all other types the digits are read as written.
///     region: A region code, a column of region codes, or None. How digits without a plus are read: by the numbering
///         plan of a region of `regions`, or (`None`) as E.164. A column has one code for each row. In rows without a
///         code, or with an unknown one, only numbers with a plus are read.
///     threads: The largest number of threads; `None` for all processors that the process may use.
///
/// Returns:
///     `pyarrow.UInt64Array` or `pyarrow.ChunkedArray`: E.164 digits (`919876543210`), null where the cell is null or
///     refused; with the length and the chunks of the input. No cell raises an error; `explain` gives the reason of
///     a refusal.
///
/// Raises:
///     UnsupportedTypeError: For a type that cannot hold a number without loss (`Int32`, `Float32`).
///     ArgumentError: For a region that is not in `regions`, or a column of regions of another length.
///
/// Example:
///     >>> import numguard as ng
///     >>> ng.normalize(["98765 43210", "+91-98765-43210", "98765O3210", None]).to_pylist()
///     [919876543210, 919876543210, None, None]
///     >>> ng.normalize(["020 7946 0018", "(202) 555-0123"], region=["GB", "US"]).to_pylist()
///     [442079460018, 12025550123]
#[pyfunction]
#[pyo3(signature = (values, *, region=RegionsArgument::default(), threads=ThreadsArgument::default()), text_signature = "(values, *, region='IN', threads=None)")]
fn normalize(
    py: Python<'_>,
    values: Values,
    region: RegionsArgument,
    threads: ThreadsArgument,
) -> ArrayResult<'_> {
    values.map_numbers(py, region, |chunk, reads| {
        numguard_columns::normalize(chunk, reads, threads.0)
    })
}

/// Read written phone numbers, with the kind of each number and a note about each cell.
///
/// Args:
///     values: As for `normalize`.
///     region: As for `normalize`.
///     threads: The largest number of threads; `None` for all processors that the process may use.
///
/// Returns:
///     `pyarrow.StructArray` or `pyarrow.ChunkedArray`: `msisdn` (uint64), `kind` and `note` (dictionaries of text),
///     all null for a null cell. A clean cell has no note; a refused one has no `msisdn`.
///
/// Example:
///     >>> import numguard as ng
///     >>> ng.explain(["98765O3210", "9876543210.0"]).to_pylist()
///     [{'msisdn': None, 'kind': None, 'note': 'stray_letter'}, {'msisdn': 919876543210, 'kind': 'mobile', 'note': 'trailing_decimal'}]
#[pyfunction]
#[pyo3(signature = (values, *, region=RegionsArgument::default(), threads=ThreadsArgument::default()), text_signature = "(values, *, region='IN', threads=None)")]
fn explain(
    py: Python<'_>,
    values: Values,
    region: RegionsArgument,
    threads: ThreadsArgument,
) -> ArrayResult<'_> {
    values.map_numbers(py, region, |chunk, reads| {
        numguard_columns::explain(chunk, reads, threads.0)
    })
}

/// Find every phone number in cells of free text.
///
/// Args:
///     values: As for `normalize`.
///     region: As for `normalize`.
///     threads: The largest number of threads; `None` for all processors that the process may use.
///
/// Returns:
///     `pyarrow.ListArray` or `pyarrow.ChunkedArray`: A list of uint64 for each cell: the whole numbers in their order,
///     without repeats. UPI ids and digits that are only a part of a number are left out.
///
/// Example:
///     >>> import numguard as ng
///     >>> ng.extract(["9876543210/9876543211", "paid to 9876543210@ybl", "98765"]).to_pylist()
///     [[919876543210, 919876543211], [], []]
#[pyfunction]
#[pyo3(signature = (values, *, region=RegionsArgument::default(), threads=ThreadsArgument::default()), text_signature = "(values, *, region='IN', threads=None)")]
fn extract(
    py: Python<'_>,
    values: Values,
    region: RegionsArgument,
    threads: ThreadsArgument,
) -> ArrayResult<'_> {
    values.map_numbers(py, region, |chunk, reads| {
        numguard_columns::extract(chunk, reads, threads.0)
    })
}

/// Find the phone numbers in cells of complaints, and whether they are certain.
///
/// Args:
///     values: As for `normalize`.
///     region: As for `normalize`.
///
/// Returns:
///     `pyarrow.StructArray` or `pyarrow.ChunkedArray`: `numbers` (list of uint64, in order, without repeats), `doubt`
///     (the note for which they are not certain, or for which there are none; null where they are certain) and
///     `rest` (the note of other digits that gave no number). A null cell has an empty list and the doubt `empty`.
///
/// Example:
///     >>> from numguard import _core
///     >>> _core.mentions(["98765 43210, 9812345678 (mobile)", "my no 9876543210"]).to_pylist()
///     [{'numbers': [919876543210, 919812345678], 'doubt': None, 'rest': None}, {'numbers': [919876543210], 'doubt': 'text_with_digits', 'rest': None}]
#[pyfunction]
#[pyo3(signature = (values, *, region=RegionsArgument::default()), text_signature = "(values, *, region='IN')")]
fn mentions(py: Python<'_>, values: Values, region: RegionsArgument) -> ArrayResult<'_> {
    values.map_numbers(py, region, |chunk, reads| {
        numguard_columns::mentions(chunk, reads)
    })
}

/// Format E.164 integers.
///
/// Args:
///     msisdns: A column of uint64, as `normalize` gives them.
///     style: "e164" (`+919876543210`), "digits" (`919876543210`), "national" (`98765 43210`) or "international"
///         (`+91 98765 43210`). The last two use the grouping of the number's country, "national" with the prefix that is
///         dialled there. Of India's numbers only mobile numbers are grouped; its other numbers, and those of no plan,
///         are formatted as with "e164".
///     threads: The largest number of threads; `None` for all processors that the process may use.
///
/// Returns:
///     `pyarrow.StringArray` or `pyarrow.ChunkedArray`: Null where the input is null or cannot be an E.164 number.
///
/// Raises:
///     UnsupportedTypeError: For any type but uint64: normalise text first.
///
/// Example:
///     >>> import numguard as ng
///     >>> ng.format(ng.normalize(["09876543210"]), "international").to_pylist()
///     ['+91 98765 43210']
#[pyfunction]
#[pyo3(signature = (msisdns, style=StyleArgument(Style::E164), *, threads=ThreadsArgument::default()), text_signature = "(msisdns, style='e164', *, threads=None)")]
fn format(
    py: Python<'_>,
    msisdns: Values,
    style: StyleArgument,
    threads: ThreadsArgument,
) -> ArrayResult<'_> {
    msisdns.refuse_handsets()?;
    msisdns.map(py, |chunk| {
        numguard_columns::format(chunk, style.0, threads.0)
    })
}

/// Hash the digits of E.164 integers under a key: HMAC-SHA-256 in hexadecimal digits.
///
/// `numguard.keyed_hash` checks the key and reads text first.
///
/// Args:
///     msisdns: A column of uint64, as `normalize` gives them.
///     key: Any bytes.
///     threads: The largest number of threads; `None` for all processors that the process may use.
///
/// Returns:
///     `pyarrow.StringArray` or `pyarrow.ChunkedArray`: Null where the input is null or cannot be an E.164 number.
///
/// Raises:
///     UnsupportedTypeError: For any type but uint64: normalise text first.
///
/// Example:
///     >>> import pyarrow as pa
///     >>> from numguard import _core
///     >>> _core.keyed_hash(pa.array([919876543210], pa.uint64()), b"0123456789abcdef")[0].as_py()[:16]
///     '5c89cc3cfa121b27'
#[pyfunction]
#[pyo3(signature = (msisdns, key, *, threads=ThreadsArgument::default()), text_signature = "(msisdns, key, *, threads=None)")]
fn keyed_hash<'py>(
    py: Python<'py>,
    msisdns: Values,
    key: &[u8],
    threads: ThreadsArgument,
) -> ArrayResult<'py> {
    msisdns.refuse_handsets()?;
    msisdns.map(py, |chunk| {
        numguard_columns::keyed_hash(chunk, key, threads.0)
    })
}

/// Find the region of each E.164 integer.
///
/// As `region_code_for_number` of libphonenumber: by leading digits that only one region has, or by the plan that has
/// the number.
///
/// Args:
///     msisdns: A column of uint64, as `normalize` gives them.
///     threads: The largest number of threads; `None` for all processors that the process may use.
///
/// Returns:
///     `pyarrow.DictionaryArray` or `pyarrow.ChunkedArray`: Codes as in `regions`; `001` for numbers of no country
///     (`+800`, `+870`). Null where the input is null or no E.164 number, and where several regions share its
///     country code and none of their plans has the number.
///
/// Raises:
///     UnsupportedTypeError: For any type but uint64: normalise text first.
///
/// Example:
///     >>> import numguard as ng
///     >>> ng.region_of(ng.normalize(["98765 43210", "+1 416 555 0123", "+7 701 234 5678"])).to_pylist()
///     ['IN', 'CA', 'KZ']
#[pyfunction]
#[pyo3(signature = (msisdns, *, threads=ThreadsArgument::default()), text_signature = "(msisdns, *, threads=None)")]
fn region_of(py: Python<'_>, msisdns: Values, threads: ThreadsArgument) -> ArrayResult<'_> {
    msisdns.refuse_handsets()?;
    msisdns.map(py, |chunk| numguard_columns::region_of(chunk, threads.0))
}

/// List the regions with a known numbering plan.
///
/// Returns:
///     list of str: Codes of two letters as in ISO 3166-1, and the additional ones of libphonenumber (`AC`, `TA`,
///     `XK`), in alphabetical order.
///
/// Example:
///     >>> import numguard as ng
///     >>> len(ng.regions()), "IN" in ng.regions()
///     (245, True)
#[pyfunction]
fn regions() -> Vec<&'static str> {
    RegionPlan::all().map(RegionPlan::name).collect()
}

/// Read written IMEIs into the fourteen digits by which handsets are compared.
///
/// IMEI = TAC (8) + SNR (6) + check digit; IMEISV = TAC + SNR + software version (2). The network does not transmit the
/// check digit and sends 0 in its place (3GPP TS 23.003, 6.2), so no IMEI is refused for it.
///
/// Args:
///     values: As for `normalize`. `UInt64` holds keys already.
///     threads: The largest number of threads; `None` for all processors that the process may use.
///
/// Returns:
///     `pyarrow.UInt64Array` or `pyarrow.ChunkedArray`: The first fourteen digits; null where the cell is null,
///     refused, or a placeholder that many phones share.
///
/// Example:
///     >>> import numguard as ng
///     >>> ng.normalize_imei(["490154203237518", "490154203237510", "000000000000000"]).to_pylist()
///     [49015420323751, 49015420323751, None]
#[pyfunction]
#[pyo3(signature = (values, *, threads=ThreadsArgument::default()), text_signature = "(values, *, threads=None)")]
fn normalize_imei(py: Python<'_>, values: Values, threads: ThreadsArgument) -> ArrayResult<'_> {
    values.refuse_numbers()?;
    values.map(py, |chunk| {
        numguard_columns::normalize(chunk, Keys::Imei.into(), threads.0)
    })
}

/// Read written IMEIs, with the form of each and a note about each cell.
///
/// Args:
///     values: As for `normalize_imei`.
///     threads: The largest number of threads; `None` for all processors that the process may use.
///
/// Returns:
///     `pyarrow.StructArray` or `pyarrow.ChunkedArray`: `imei14` (uint64), `form` and `note` (dictionaries of text),
///     all null for a null cell.
///
/// Example:
///     >>> import numguard as ng
///     >>> [cell["form"] for cell in ng.explain_imei(["490154203237518", "490154203237510"]).to_pylist()]
///     ['luhn_ok', 'spare_zero']
#[pyfunction]
#[pyo3(signature = (values, *, threads=ThreadsArgument::default()), text_signature = "(values, *, threads=None)")]
fn explain_imei(py: Python<'_>, values: Values, threads: ThreadsArgument) -> ArrayResult<'_> {
    values.refuse_numbers()?;
    values.map(py, |chunk| numguard_columns::explain_imei(chunk, threads.0))
}

/// Format IMEI14 keys as fifteen digits with a computed check digit, as requests to operators need them.
///
/// Args:
///     imei14s: A column of uint64, as `normalize_imei` gives them.
///     threads: The largest number of threads; `None` for all processors that the process may use.
///
/// Returns:
///     `pyarrow.StringArray` or `pyarrow.ChunkedArray`: Null where the input is null or cannot be a key.
///
/// Raises:
///     UnsupportedTypeError: For anything but uint64.
///
/// Example:
///     >>> import numguard as ng
///     >>> ng.format_imei(ng.normalize_imei(["490154203237510"])).to_pylist()
///     ['490154203237518']
#[pyfunction]
#[pyo3(signature = (imei14s, *, threads=ThreadsArgument::default()), text_signature = "(imei14s, *, threads=None)")]
fn format_imei(py: Python<'_>, imei14s: Values, threads: ThreadsArgument) -> ArrayResult<'_> {
    imei14s.refuse_numbers()?;
    imei14s.map(py, |chunk| numguard_columns::format_imei(chunk, threads.0))
}

/// The keys of a column of IMEIs as `normalize_imei`, with placeholders.
///
/// For sightings: linkage lists the placeholders at which it stopped.
#[pyfunction]
fn imei_keys(py: Python<'_>, values: Values) -> ArrayResult<'_> {
    values.refuse_numbers()?;
    values.map(py, |chunk| {
        numguard_columns::normalize(chunk, Keys::ImeiOrPlaceholder.into(), None)
    })
}

/// The closed lists: `{"note": {code: sentence}, "kind": ..., "form": ...}`.
#[pyfunction]
fn closed_lists(py: Python<'_>) -> PyResult<Bound<'_, PyDict>> {
    use numguard_core::notes::{Form, Kind, Note};
    let lists = PyDict::new(py);
    let entries: [(&str, Vec<(&str, &str)>); 3] = [
        (
            "kind",
            Kind::ALL.iter().map(|k| (k.code(), k.sentence())).collect(),
        ),
        (
            "note",
            Note::ALL.iter().map(|n| (n.code(), n.sentence())).collect(),
        ),
        (
            "form",
            Form::ALL.iter().map(|f| (f.code(), f.sentence())).collect(),
        ),
    ];
    for (name, list) in entries {
        lists.set_item(
            name,
            PyDict::from_sequence(PyList::new(py, list)?.as_any())?,
        )?;
    }
    Ok(lists)
}

pub(crate) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(normalize, module)?)?;
    module.add_function(wrap_pyfunction!(explain, module)?)?;
    module.add_function(wrap_pyfunction!(extract, module)?)?;
    module.add_function(wrap_pyfunction!(mentions, module)?)?;
    module.add_function(wrap_pyfunction!(format, module)?)?;
    module.add_function(wrap_pyfunction!(keyed_hash, module)?)?;
    module.add_function(wrap_pyfunction!(region_of, module)?)?;
    module.add_function(wrap_pyfunction!(regions, module)?)?;
    module.add_function(wrap_pyfunction!(normalize_imei, module)?)?;
    module.add_function(wrap_pyfunction!(explain_imei, module)?)?;
    module.add_function(wrap_pyfunction!(format_imei, module)?)?;
    module.add_function(wrap_pyfunction!(imei_keys, module)?)?;
    module.add_function(wrap_pyfunction!(closed_lists, module)?)
}
