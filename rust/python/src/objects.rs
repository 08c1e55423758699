//! Lists, buffers and NumPy arrays -> arrays of pyarrow.
//!
//! Owns what pyarrow would take for something else: a text that NumPy ends, another byte order, unsigned integers beside
//! signed ones. Independent of numbers.

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyByteArray, PyBytes, PyDict, PyList, PyMemoryView, PyString};

use crate::error::{UnsupportedTypeError, instead};

/// An object that has no interface of Arrow, as an array.
pub(crate) fn array_of(values: Bound<'_, PyAny>) -> PyResult<Bound<'_, PyAny>> {
    let py = values.py();
    if is_single(&values)? {
        return Err(UnsupportedTypeError::new_err(
            "values: takes an array, a series or a list of numbers, not a single one, nor the name of a file (read_numbers \
             and read_imeis take that)",
        ));
    }
    let mut values = as_numpy(values)?;
    // What the caller's iterator raises is his error, and no error of a cell.
    if !has_array(&values)?
        && !values.is_instance_of::<PyList>()
        && let Ok(cells) = values.try_iter()
    {
        values = PyList::new(py, cells.collect::<PyResult<Vec<_>>>()?)?.into_any();
    }
    let options = PyDict::new(py);
    options.set_item(intern!(py, "from_pandas"), true)?;
    // pyarrow's message is not passed on: it quotes the cell that could not be converted.
    let array = py
        .import(intern!(py, "pyarrow"))?
        .call_method(intern!(py, "array"), (&values,), Some(&options))
        .map_err(|error| instead(py, error, mixed))?;
    let made = array.getattr(intern!(py, "type"))?.str()?;
    let made = made.to_str()?;
    let words = made.strip_prefix("dictionary<values=").unwrap_or(made);
    if matches!(words.split(',').next(), Some("int64" | "double")) {
        check_unsigned(&values)?;
    }
    if made.contains("decimal") {
        check_decimals(&values)?;
    }
    Ok(array)
}

/// Whether values are one text, as an object of Python or of Arrow, whose letters would be taken for cells; or a dictionary.
fn is_single(values: &Bound<'_, PyAny>) -> PyResult<bool> {
    let scalar = values
        .py()
        .import(intern!(values.py(), "pyarrow"))?
        .getattr(intern!(values.py(), "Scalar"))?;
    let inner = if values.is_instance(&scalar)? {
        &values.call_method0(intern!(values.py(), "as_py"))?
    } else {
        values
    };
    Ok(inner.is_instance_of::<PyString>()
        || inner.is_instance_of::<PyBytes>()
        || inner.is_instance_of::<PyByteArray>()
        || inner.is_instance_of::<PyDict>())
}

/// Refuses a list, array or series of objects that are Python's decimals, which have no precision: Spark gives canonical
/// numbers as these, and databases digits as written.
pub(crate) fn check_decimals(values: &Bound<'_, PyAny>) -> PyResult<()> {
    let py = values.py();
    let is_object = match values.getattr(intern!(py, "dtype")) {
        Ok(dtype) => ["object", "category"].contains(&dtype.str()?.to_str()?),
        Err(_) => values.is_instance_of::<PyList>(),
    };
    if is_object {
        return Err(UnsupportedTypeError::new_err(
            "values: objects of decimal.Decimal may be canonical, as what Spark returns, or digits as written: cast them to \
             uint64 or to int64",
        ));
    }
    Ok(())
}

/// Refuses a list, array or series of objects, or of categories of them, that has a `numpy.uint64` beside other numbers, of
/// which pyarrow makes signed ones: those are read as national numbers, and unsigned ones as E.164.
pub(crate) fn check_unsigned<'py>(values: &Bound<'py, PyAny>) -> PyResult<()> {
    let py = values.py();
    let is_of_objects =
        |dtype: Bound<'_, PyAny>| -> PyResult<bool> { dtype.getattr(intern!(py, "kind"))?.eq("O") };
    let dtype_of = |values: &Bound<'py, PyAny>| values.getattr(intern!(py, "dtype"));
    let categories = dtype_of(values).and_then(|dtype| dtype.getattr(intern!(py, "categories")));
    let values = categories.as_ref().unwrap_or(values);
    let dtype = dtype_of(values);
    if !values.is_instance_of::<PyList>() && !dtype.and_then(is_of_objects).unwrap_or(false) {
        return Ok(());
    }
    let numpy = py.import(intern!(py, "numpy"))?;
    let unsigned = numpy.getattr(intern!(py, "uint64"))?;
    for cell in values.try_iter()? {
        if cell?.get_type().is(&unsigned) {
            return Err(mixed());
        }
    }
    Ok(())
}

/// Whether an object converts itself to an array of NumPy or Arrow.
fn has_array(values: &Bound<'_, PyAny>) -> PyResult<bool> {
    let py = values.py();
    Ok(values.hasattr(intern!(py, "__array__"))?
        || values.hasattr(intern!(py, "__arrow_array__"))?)
}

/// Buffers and arrays of NumPy as arrays that pyarrow takes; any other object as it is.
fn as_numpy<'py>(mut values: Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    let py = values.py();
    if values.hasattr(intern!(py, "collect"))? && !has_array(&values)? {
        return Err(UnsupportedTypeError::new_err(
            "values: takes data, not a lazy frame: collect() it, and take one column",
        ));
    }
    // The integers of a buffer, as `array.array("Q")`, have a type, which their Python integers have not.
    if !has_array(&values)? && PyMemoryView::from(&values).is_ok() {
        let numpy = py.import(intern!(py, "numpy"))?;
        values = numpy.call_method1(intern!(py, "asarray"), (values,))?;
    }
    let Ok(dtype) = values.getattr(intern!(py, "dtype")) else {
        return Ok(values);
    };
    // pyarrow ends a text of NumPy at its first NUL, and has no numbers of another byte order.
    if dtype
        .getattr(intern!(py, "kind"))
        .is_ok_and(|kind| kind.eq("U").unwrap_or(false))
    {
        return values.call_method1(intern!(py, "astype"), ("O",));
    }
    if dtype
        .getattr(intern!(py, "isnative"))
        .is_ok_and(|native| native.is(&*PyBool::new(py, false)))
    {
        let native = dtype.call_method1(intern!(py, "newbyteorder"), ("=",))?;
        return values.call_method1(intern!(py, "astype"), (native,));
    }
    Ok(values)
}

pub(crate) fn mixed() -> PyErr {
    UnsupportedTypeError::new_err(
        "values: takes text or integers of one type, as an Arrow array, a series, a NumPy array or a list",
    )
}
