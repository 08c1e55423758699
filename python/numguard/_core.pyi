"""The compiled half: numbers, sets, scans and linkage over Arrow columns."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Literal, Self, TypeAlias, TypedDict, final, overload

import pyarrow as pa

from numguard.types import ArrowArrayExportable, ArrowStreamExportable, PathLike, Region, Regions, Style, Values

__all__ = [
    "EMPTY_WORDS",
    "Changes",
    "Common",
    "Gunzip",
    "ImeiSet",
    "Json",
    "JsonLines",
    "JsonRows",
    "Linkage",
    "NumberSet",
    "OpenXml",
    "RowTexts",
    "Scanner",
    "SheetXml",
    "Text",
    "TextRows",
    "__version__",
    "check_sightings",
    "closed_lists",
    "explain",
    "explain_imei",
    "extract",
    "format",
    "format_imei",
    "imei_keys",
    "is_plain_arrow",
    "keep_rows",
    "kernels",
    "keyed_hash",
    "mentions",
    "normalize",
    "normalize_imei",
    "parquet_schema",
    "points",
    "read_sightings",
    "region_of",
    "regions",
]

__version__: str
EMPTY_WORDS: tuple[str, ...]

# An array or a list gives an array; whatever comes in chunks (a chunked array, a series) gives a chunked array.
_Whole: TypeAlias = ArrowArrayExportable | Iterable[Any]
_Chunked: TypeAlias = ArrowStreamExportable

@overload
def normalize(values: _Chunked, *, region: Regions = "IN", threads: int | None = None) -> pa.ChunkedArray[Any]:
    """Read written phone numbers into E.164 integers.

    Numbers have at most 15 digits with their country code (ITU-T E.164). A cell is never cut to its last ten digits.

    Args:
        values: Text, dictionary or run-end-encoded text, `Int64`, `UInt64`, `Float64` or `Decimal128` of scale 0 (not of
            20 or more digits): an Arrow array or stream, a series, a NumPy array or a list. `UInt64` is E.164 already and is not read again;
            in all other types the digits are read as written.
        region: A region code, a column of region codes, or None. How digits without a plus are read: by the numbering
            plan of a region of `regions`, or (`None`) as E.164. A column has one code for each row. In rows without a
            code, or with an unknown one, only numbers with a plus are read.
        threads: The largest number of threads; `None` for all processors that the process may use.

    Returns:
        `pyarrow.UInt64Array` or `pyarrow.ChunkedArray`: E.164 digits (`919876543210`), null where the cell is null or
        refused; with the length and the chunks of the input. No cell raises an error; `explain` gives the reason of
        a refusal.

    Raises:
        UnsupportedTypeError: For a type that cannot hold a number without loss (`Int32`, `Float32`).
        ArgumentError: For a region that is not in `regions`, or a column of regions of another length.

    Example:
        >>> import numguard as ng
        >>> ng.normalize(["98765 43210", "+91-98765-43210", "98765O3210", None]).to_pylist()
        [919876543210, 919876543210, None, None]
        >>> ng.normalize(["020 7946 0018", "(202) 555-0123"], region=["GB", "US"]).to_pylist()
        [442079460018, 12025550123]
    """

@overload
def normalize(values: _Whole, *, region: Regions = "IN", threads: int | None = None) -> pa.UInt64Array: ...
@overload
def explain(values: _Chunked, *, region: Regions = "IN", threads: int | None = None) -> pa.ChunkedArray[Any]:
    """Read written phone numbers, with the kind of each number and a note about each cell.

    Args:
        values: As for `normalize`.
        region: As for `normalize`.
        threads: The largest number of threads; `None` for all processors that the process may use.

    Returns:
        `pyarrow.StructArray` or `pyarrow.ChunkedArray`: `msisdn` (uint64), `kind` and `note` (dictionaries of text),
        all null for a null cell. A clean cell has no note; a refused one has no `msisdn`.

    Example:
        >>> import numguard as ng
        >>> ng.explain(["98765O3210", "9876543210.0"]).to_pylist()
        [{'msisdn': None, 'kind': None, 'note': 'stray_letter'}, {'msisdn': 919876543210, 'kind': 'mobile', 'note': 'trailing_decimal'}]
    """

@overload
def explain(values: _Whole, *, region: Regions = "IN", threads: int | None = None) -> pa.StructArray: ...
@overload
def extract(values: _Chunked, *, region: Regions = "IN", threads: int | None = None) -> pa.ChunkedArray[Any]:
    """Find every phone number in cells of free text.

    Args:
        values: As for `normalize`.
        region: As for `normalize`.
        threads: The largest number of threads; `None` for all processors that the process may use.

    Returns:
        `pyarrow.ListArray` or `pyarrow.ChunkedArray`: A list of uint64 for each cell: the whole numbers in their order,
        without repeats. UPI ids and digits that are only a part of a number are left out.

    Example:
        >>> import numguard as ng
        >>> ng.extract(["9876543210/9876543211", "paid to 9876543210@ybl", "98765"]).to_pylist()
        [[919876543210, 919876543211], [], []]
    """

@overload
def extract(values: _Whole, *, region: Regions = "IN", threads: int | None = None) -> pa.ListArray[Any]: ...
@overload
def mentions(values: _Chunked, *, region: Regions = "IN") -> pa.ChunkedArray[Any]:
    """Find the phone numbers in cells of complaints, and whether they are certain.

    Args:
        values: As for `normalize`.
        region: As for `normalize`.

    Returns:
        `pyarrow.StructArray` or `pyarrow.ChunkedArray`: `numbers` (list of uint64, in order, without repeats), `doubt`
        (the note for which they are not certain, or for which there are none; null where they are certain) and
        `rest` (the note of other digits that gave no number). A null cell has an empty list and the doubt `empty`.

    Example:
        >>> from numguard import _core
        >>> _core.mentions(["98765 43210, 9812345678 (mobile)", "my no 9876543210"]).to_pylist()
        [{'numbers': [919876543210, 919812345678], 'doubt': None, 'rest': None}, {'numbers': [919876543210], 'doubt': 'text_with_digits', 'rest': None}]
    """

@overload
def mentions(values: _Whole, *, region: Regions = "IN") -> pa.StructArray: ...
@overload
def format(msisdns: _Chunked, style: Style = "e164", *, threads: int | None = None) -> pa.ChunkedArray[Any]:
    """Format E.164 integers.

    Args:
        msisdns: A column of uint64, as `normalize` gives them.
        style: "e164" (`+919876543210`), "digits" (`919876543210`), "national" (`98765 43210`) or "international"
            (`+91 98765 43210`). The last two use the grouping of the number's country, "national" with the prefix that is
            dialled there. Of India's numbers only mobile numbers are grouped; its other numbers, and those of no plan,
            are formatted as with "e164".
        threads: The largest number of threads; `None` for all processors that the process may use.

    Returns:
        `pyarrow.StringArray` or `pyarrow.ChunkedArray`: Null where the input is null or cannot be an E.164 number.

    Raises:
        UnsupportedTypeError: For any type but uint64: normalise text first.

    Example:
        >>> import numguard as ng
        >>> ng.format(ng.normalize(["09876543210"]), "international").to_pylist()
        ['+91 98765 43210']
    """

@overload
def format(msisdns: _Whole, style: Style = "e164", *, threads: int | None = None) -> pa.StringArray: ...
@overload
def keyed_hash(msisdns: _Chunked, key: bytes, *, threads: int | None = None) -> pa.ChunkedArray[Any]:
    """Hash the digits of E.164 integers under a key: HMAC-SHA-256 in hexadecimal digits.

    `numguard.keyed_hash` checks the key and reads text first.

    Args:
        msisdns: A column of uint64, as `normalize` gives them.
        key: Any bytes.
        threads: The largest number of threads; `None` for all processors that the process may use.

    Returns:
        `pyarrow.StringArray` or `pyarrow.ChunkedArray`: Null where the input is null or cannot be an E.164 number.

    Raises:
        UnsupportedTypeError: For any type but uint64: normalise text first.

    Example:
        >>> import pyarrow as pa
        >>> from numguard import _core
        >>> _core.keyed_hash(pa.array([919876543210], pa.uint64()), b"0123456789abcdef")[0].as_py()[:16]
        '5c89cc3cfa121b27'
    """

@overload
def keyed_hash(msisdns: _Whole, key: bytes, *, threads: int | None = None) -> pa.StringArray: ...
@overload
def region_of(msisdns: _Chunked, *, threads: int | None = None) -> pa.ChunkedArray[Any]:
    """Find the region of each E.164 integer.

    As `region_code_for_number` of libphonenumber: by leading digits that only one region has, or by the plan that has
    the number.

    Args:
        msisdns: A column of uint64, as `normalize` gives them.
        threads: The largest number of threads; `None` for all processors that the process may use.

    Returns:
        `pyarrow.DictionaryArray` or `pyarrow.ChunkedArray`: Codes as in `regions`; `001` for numbers of no country
        (`+800`, `+870`). Null where the input is null or no E.164 number, and where several regions share its
        country code and none of their plans has the number.

    Raises:
        UnsupportedTypeError: For any type but uint64: normalise text first.

    Example:
        >>> import numguard as ng
        >>> ng.region_of(ng.normalize(["98765 43210", "+1 416 555 0123", "+7 701 234 5678"])).to_pylist()
        ['IN', 'CA', 'KZ']
    """

# The stubs of pyarrow have no `to_pylist` of a dictionary array.
@overload
def region_of(msisdns: _Whole, *, threads: int | None = None) -> pa.Array[Any]: ...
def regions() -> list[str]:
    """List the regions with a known numbering plan.

    Returns:
        list of str: Codes of two letters as in ISO 3166-1, and the additional ones of libphonenumber (`AC`, `TA`,
        `XK`), in alphabetical order.

    Example:
        >>> import numguard as ng
        >>> len(ng.regions()), "IN" in ng.regions()
        (245, True)
    """

@overload
def normalize_imei(values: _Chunked, *, threads: int | None = None) -> pa.ChunkedArray[Any]:
    """Read written IMEIs into the fourteen digits by which handsets are compared.

    IMEI = TAC (8) + SNR (6) + check digit; IMEISV = TAC + SNR + software version (2). The network does not transmit the
    check digit and sends 0 in its place (3GPP TS 23.003, 6.2), so no IMEI is refused for it.

    Args:
        values: As for `normalize`. `UInt64` holds keys already.
        threads: The largest number of threads; `None` for all processors that the process may use.

    Returns:
        `pyarrow.UInt64Array` or `pyarrow.ChunkedArray`: The first fourteen digits; null where the cell is null,
        refused, or a placeholder that many phones share.

    Example:
        >>> import numguard as ng
        >>> ng.normalize_imei(["490154203237518", "490154203237510", "000000000000000"]).to_pylist()
        [49015420323751, 49015420323751, None]
    """

@overload
def normalize_imei(values: _Whole, *, threads: int | None = None) -> pa.UInt64Array: ...
@overload
def explain_imei(values: _Chunked, *, threads: int | None = None) -> pa.ChunkedArray[Any]:
    """Read written IMEIs, with the form of each and a note about each cell.

    Args:
        values: As for `normalize_imei`.
        threads: The largest number of threads; `None` for all processors that the process may use.

    Returns:
        `pyarrow.StructArray` or `pyarrow.ChunkedArray`: `imei14` (uint64), `form` and `note` (dictionaries of text),
        all null for a null cell.

    Example:
        >>> import numguard as ng
        >>> [cell["form"] for cell in ng.explain_imei(["490154203237518", "490154203237510"]).to_pylist()]
        ['luhn_ok', 'spare_zero']
    """

@overload
def explain_imei(values: _Whole, *, threads: int | None = None) -> pa.StructArray: ...
@overload
def format_imei(imei14s: _Chunked, *, threads: int | None = None) -> pa.ChunkedArray[Any]:
    """Format IMEI14 keys as fifteen digits with a computed check digit, as requests to operators need them.

    Args:
        imei14s: A column of uint64, as `normalize_imei` gives them.
        threads: The largest number of threads; `None` for all processors that the process may use.

    Returns:
        `pyarrow.StringArray` or `pyarrow.ChunkedArray`: Null where the input is null or cannot be a key.

    Raises:
        UnsupportedTypeError: For anything but uint64.

    Example:
        >>> import numguard as ng
        >>> ng.format_imei(ng.normalize_imei(["490154203237510"])).to_pylist()
        ['490154203237518']
    """

@overload
def format_imei(imei14s: _Whole, *, threads: int | None = None) -> pa.StringArray: ...
@overload
def imei_keys(values: _Chunked) -> pa.ChunkedArray[Any]:
    """The keys of a column of IMEIs as `normalize_imei`, with placeholders.

    For sightings: linkage lists the placeholders at which it stopped.
    """

@overload
def imei_keys(values: _Whole) -> pa.UInt64Array: ...
def kernels() -> Literal["scalar", "avx2", "avx512"]:
    """The instruction set with which numbers are read and looked up: "avx512", "avx2" or "scalar", which runs everywhere.

    It is the fastest one that the processor has, or the one in the environment variable `NUMGUARD_PROBE`. All give the
    same results.

    Example:
        >>> from numguard import _core
        >>> _core.kernels() in {"avx512", "avx2", "scalar"}
        True
    """

def closed_lists() -> dict[Literal["kind", "note", "form"], dict[str, str]]:
    """The closed lists: `{"note": {code: sentence}, "kind": ..., "form": ...}`."""

@final
class NumberSet:
    """A frozen, exact set of phone numbers, which any number of threads may use.

    Args:
        values: As for `normalize`; duplicates and refused cells are left out.
        region: As for `normalize`.
        strict: Raise instead of leaving refused cells out.

    Raises:
        RefusedCellsError: With `strict=True`, if any cell was refused; its `refused` counts them by note.

    Example:
        >>> import numguard as ng
        >>> listed = ng.NumberSet(["98765 43210", "+91 98123 45678", "1930"])
        >>> len(listed), listed.refused
        (2, {'short_code': 1})
        >>> "098765-43210" in listed
        True
        >>> listed.contains(["9876543210", "9876543219", "98765"]).to_pylist()
        [True, False, None]
        >>> len(listed - ng.NumberSet(["9876543210"]))
        1
    """
    def __new__(cls, values: Values, *, region: Regions = "IN", strict: bool = False) -> NumberSet: ...
    @property
    def refused(self) -> dict[str, int]:
        """The number of cells that were refused when the set was built, by note."""
    @property
    def nbytes(self) -> int:
        """Size of the set in bytes, in memory and in a file."""
    @overload
    def contains(self, values: _Chunked, *, region: Regions = "IN", threads: int | None = None) -> pa.ChunkedArray[Any]:
        """Look cells up in the set.

        Args:
            values: As for `normalize`.
            region: As for `normalize`.
            threads: The largest number of threads; `None` for all processors that the process may use.

        Returns:
            `pyarrow.BooleanArray` or `pyarrow.ChunkedArray`: Which cells are members; null where the cell is null or refused;
            with the length and the chunks of the input.

        Raises:
            UnsupportedTypeError, ArgumentError: As `normalize`.

        Example:
            >>> import numguard as ng
            >>> ng.NumberSet(["98765 43210"]).contains(["+91-98765-43210", "9876543219", "98765", None]).to_pylist()
            [True, False, None, None]
        """
    @overload
    def contains(self, values: _Whole, *, region: Regions = "IN", threads: int | None = None) -> pa.BooleanArray: ...
    @overload
    def position(self, values: _Chunked, *, region: Regions = "IN", threads: int | None = None) -> pa.ChunkedArray[Any]:
        """Find the index of each cell's number in `to_array`.

        `take` with these indices adds columns that are stored in the order of the set.

        Args:
            values: As for `normalize`.
            region: As for `normalize`.
            threads: The largest number of threads; `None` for all processors that the process may use.

        Returns:
            `pyarrow.UInt32Array` or `pyarrow.ChunkedArray`: Indices from 0; null where the number is not a member, and where
            the cell is null or refused.

        Raises:
            UnsupportedTypeError, ArgumentError: As `normalize`.

        Example:
            >>> import numguard as ng
            >>> ng.NumberSet(["98765 43210", "91234 56789"]).position(["9876543210", "9876543219"]).to_pylist()
            [1, None]
        """
    @overload
    def position(self, values: _Whole, *, region: Regions = "IN", threads: int | None = None) -> pa.UInt32Array: ...
    def to_array(self) -> pa.UInt64Array:
        """List the members.

        Returns:
            `pyarrow.UInt64Array`: The canonical keys, ascending, without nulls; `position` returns indices of it.

        Example:
            >>> import numguard as ng
            >>> ng.NumberSet(["98765 43210", "91234 56789"]).to_array().to_pylist()
            [919123456789, 919876543210]
            >>> ng.ImeiSet(["490154203237518"]).to_array().to_pylist()
            [49015420323751]
        """
    def save(self, path: PathLike) -> None:
        """Write the set to one file, whole or not at all: to a new file, which is renamed over the old one.

        A process that has the old file open keeps the old set until it opens the path again.

        Args:
            path: The file. A set that is there is replaced, another file is not.

        Raises:
            FileError: If the file cannot be written, or is no set. What was there before stays.

        Example:
            >>> import numguard as ng, pathlib, tempfile
            >>> path = pathlib.Path(tempfile.mkdtemp()) / "listed.ngs"
            >>> ng.NumberSet(["98765 43210"]).save(path)
            >>> "98765 43210" in ng.NumberSet.open(path)
            True
        """
    @staticmethod
    def open(path: PathLike, *, verify: bool = True) -> NumberSet:
        """Map a saved set into memory, without reading it first.

        A file of up to 4 MiB is read instead. A larger file must be replaced, as `save` does, and never be
        truncated in place: SIGBUS ends a process that has it mapped and reads past its end.

        Args:
            path: A file that `save` wrote.
            verify: Whether the checksum is compared, one pass over the whole file. The layout is always checked.

        Raises:
            SetFileError: If the file is damaged, truncated, of another version, or a set of the other class.
            FileMissingError: If there is no such file.

        Example:
            >>> import numguard as ng, pathlib, tempfile
            >>> path = pathlib.Path(tempfile.mkdtemp()) / "seized.ngs"
            >>> ng.ImeiSet(["490154203237518"]).save(path)
            >>> len(ng.ImeiSet.open(path, verify=False))
            1
        """
    @staticmethod
    def _unpickle(from_: bytes | PathLike, hash: int) -> NumberSet: ...
    def __arrow_c_array__(self, requested_schema: object | None = None) -> tuple[object, object]: ...
    def __contains__(self, key: object, /) -> bool: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, _memo: Any, /) -> Self: ...
    def __len__(self) -> int: ...
    def __bool__(self) -> bool: ...
    def __or__(self, value: NumberSet, /) -> NumberSet: ...
    def __and__(self, value: NumberSet, /) -> NumberSet: ...
    def __sub__(self, value: NumberSet, /) -> NumberSet: ...
    def __xor__(self, value: NumberSet, /) -> NumberSet: ...
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class ImeiSet:
    """A frozen, exact set of handsets, by the first fourteen digits of their IMEIs. Otherwise as `NumberSet`.

    Args:
        values: As for `normalize_imei`; duplicates, refused cells and placeholders are left out.
        strict: Raise `numguard.errors.RefusedCellsError` instead of leaving refused cells out.

    Example:
        >>> import numguard as ng
        >>> seized = ng.ImeiSet(["490154203237518"])
        >>> "4901542032375100" in seized
        True
    """
    def __new__(cls, values: Values, *, strict: bool = False) -> ImeiSet: ...
    @property
    def refused(self) -> dict[str, int]:
        """The number of cells that were refused when the set was built, by note."""
    @property
    def nbytes(self) -> int:
        """Size of the set in bytes, in memory and in a file."""
    @overload
    def contains(self, values: _Chunked, *, threads: int | None = None) -> pa.ChunkedArray[Any]:
        """Look cells up in the set.

        Args:
            values: As for `normalize_imei`.
            threads: The largest number of threads; `None` for all processors that the process may use.

        Returns:
            `pyarrow.BooleanArray` or `pyarrow.ChunkedArray`: Which cells are members; null where the cell is null, refused or
            a placeholder.

        Raises:
            UnsupportedTypeError: As `normalize_imei`.

        Example:
            >>> import numguard as ng
            >>> ng.ImeiSet(["490154203237518"]).contains(["490154203237510", "358240051111110", ""]).to_pylist()
            [True, False, None]
        """
    @overload
    def contains(self, values: _Whole, *, threads: int | None = None) -> pa.BooleanArray: ...
    @overload
    def position(self, values: _Chunked, *, threads: int | None = None) -> pa.ChunkedArray[Any]:
        """Find the index of each cell's IMEI in `to_array`.

        Args:
            values: As for `normalize_imei`.
            threads: The largest number of threads; `None` for all processors that the process may use.

        Returns:
            `pyarrow.UInt32Array` or `pyarrow.ChunkedArray`: Indices from 0; null where the handset is not a member, and where
            the cell is null, refused or a placeholder.

        Raises:
            UnsupportedTypeError: As `normalize_imei`.

        Example:
            >>> import numguard as ng
            >>> ng.ImeiSet(["490154203237518"]).position(["490154203237510", ""]).to_pylist()
            [0, None]
        """
    @overload
    def position(self, values: _Whole, *, threads: int | None = None) -> pa.UInt32Array: ...
    def to_array(self) -> pa.UInt64Array:
        """List the members.

        Returns:
            `pyarrow.UInt64Array`: The canonical keys, ascending, without nulls; `position` returns indices of it.

        Example:
            >>> import numguard as ng
            >>> ng.NumberSet(["98765 43210", "91234 56789"]).to_array().to_pylist()
            [919123456789, 919876543210]
            >>> ng.ImeiSet(["490154203237518"]).to_array().to_pylist()
            [49015420323751]
        """
    def save(self, path: PathLike) -> None:
        """Write the set to one file, whole or not at all: to a new file, which is renamed over the old one.

        A process that has the old file open keeps the old set until it opens the path again.

        Args:
            path: The file. A set that is there is replaced, another file is not.

        Raises:
            FileError: If the file cannot be written, or is no set. What was there before stays.

        Example:
            >>> import numguard as ng, pathlib, tempfile
            >>> path = pathlib.Path(tempfile.mkdtemp()) / "listed.ngs"
            >>> ng.NumberSet(["98765 43210"]).save(path)
            >>> "98765 43210" in ng.NumberSet.open(path)
            True
        """
    @staticmethod
    def open(path: PathLike, *, verify: bool = True) -> ImeiSet:
        """Map a saved set into memory, without reading it first.

        A file of up to 4 MiB is read instead. A larger file must be replaced, as `save` does, and never be
        truncated in place: SIGBUS ends a process that has it mapped and reads past its end.

        Args:
            path: A file that `save` wrote.
            verify: Whether the checksum is compared, one pass over the whole file. The layout is always checked.

        Raises:
            SetFileError: If the file is damaged, truncated, of another version, or a set of the other class.
            FileMissingError: If there is no such file.

        Example:
            >>> import numguard as ng, pathlib, tempfile
            >>> path = pathlib.Path(tempfile.mkdtemp()) / "seized.ngs"
            >>> ng.ImeiSet(["490154203237518"]).save(path)
            >>> len(ng.ImeiSet.open(path, verify=False))
            1
        """
    @staticmethod
    def _unpickle(from_: bytes | PathLike, hash: int) -> ImeiSet: ...
    def __arrow_c_array__(self, requested_schema: object | None = None) -> tuple[object, object]: ...
    def __contains__(self, key: object, /) -> bool: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, _memo: Any, /) -> Self: ...
    def __len__(self) -> int: ...
    def __bool__(self) -> bool: ...
    def __or__(self, value: ImeiSet, /) -> ImeiSet: ...
    def __and__(self, value: ImeiSet, /) -> ImeiSet: ...
    def __sub__(self, value: ImeiSet, /) -> ImeiSet: ...
    def __xor__(self, value: ImeiSet, /) -> ImeiSet: ...
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self) -> int: ...

_LinkageState: TypeAlias = tuple[int, Literal["numbers", "handsets"] | None, int, int | None]

@final
class Linkage:
    def __new__(
        cls,
        seeds: Values,
        reported_at: pa.Array[Any] | None,
        policy: Mapping[str, Any],
        *,
        region: Region,
        memory_limit: int,
        threads: int | None,
    ) -> Linkage: ...
    def read(self, batches: Sequence[pa.RecordBatch], keep: bool, *, placed: bool = False) -> _LinkageState:
        """Read batches with columns of numbers, IMEIs and, if there are any, times. With `placed` the last three columns
        are points, cells and circles as uint64 without nulls, 0 if not known. `keep`: whether their memory may be kept.
        """
    def begin(self, files: Sequence[tuple[PathLike, Sequence[str], Sequence[str] | None]]) -> None:
        """Start to read local Parquet files, each with the names of its columns of numbers, IMEIs and times, and those of
        latitude and longitude if they are read; these are floats.
        """
    def read_on(self) -> tuple[_LinkageState, int] | None:
        """Store what was read of the files: the progress and the index of the last file; `None` at the end of the files."""
    def rows_untimed(self) -> int:
        """Sightings without a time so far; one that is read twice counts twice."""
    def step(self) -> _LinkageState | None:
        """Pass over some more of the sightings; `None` at the end of the walk."""
    def wanted(self) -> tuple[Literal["numbers", "handsets"], int, pa.UInt64Array] | None:
        """The request of a pass over sightings that an engine holds: side, level, keys. `None` at the end of the walk."""
    def wants_places(self) -> bool:
        """Whether `answer` takes places in the current pass."""
    def needed(self, sizes: pa.RecordBatch) -> pa.UInt64Array:
        """Receive the counts of the keys of the pass: `key`, `others` and, if a rule uses days, `days` and
        `others_on_days`; uint64. Returns the keys whose sightings are needed.
        """
    def answer(self, rows: Sequence[pa.RecordBatch]) -> None:
        """End the pass with the rows of the needed keys: `key`, `other` (uint64) and `at` (int64, microseconds or null).
        If it wants places, also `point`, `cell` and `circle` (uint64, 0 if not known).
        """
    def finish(self) -> dict[str, Any]:
        """The tables of the result, by name. After that the object cannot be used."""

@final
class Common:
    """Finds the keys in several sources. Each source is read twice, in the same order."""
    def __new__(
        cls,
        *,
        by_imei: bool,
        clock: tuple[int, int],
        region: Region,
        list_refused: bool,
        threads: int | None,
        wanted: Values | None = None,
    ) -> Common: ...
    def read(self, source: int, batches: Sequence[pa.RecordBatch]) -> int:
        """Read batches of a source with a column of keys and, if there is one, a column of times. Returns the rows so far."""
    def begin(self, source: int, files: Sequence[tuple[PathLike, Sequence[str]]]) -> None:
        """Start to read local Parquet files of a source, each with the names of its columns."""
    def read_on(self) -> tuple[int, bool]:
        """Go on reading the files: the rows so far, and whether there is more."""
    def look_again(self, at_least: int, most_hits: int) -> dict[str, Any]:
        """End the first look: its account. The second look is for the keys in at least so many sources."""
    def is_empty(self) -> bool:
        """Whether no key was found in the first look."""
    def sum_of(self, source: int) -> int:
        """The sum of all keys of a source, modulo 2^64, which is the same for the same keys."""
    def hits(self) -> pa.RecordBatch | None:
        """The rows of the keys found, by key and row: `key`, `row` (uint64), `at`. `None` if they are too many."""
    def finish(self) -> dict[str, Any]:
        """The keys found: `table` with `key`, `sources`, `rows`, `first_seen`, `last_seen`; `offsets` and
        `which` with the sources of each. After that the object cannot be used.
        """

@final
class Changes:
    """Finds the periods of numbers in handsets, or of handsets with numbers."""
    def __new__(
        cls,
        *,
        by_imei: bool,
        gap: int,
        clock: tuple[int, int],
        region: Region,
        list_refused: bool,
        memory_limit: int,
        threads: int | None,
    ) -> Changes: ...
    def read(self, batches: Sequence[pa.RecordBatch]) -> int:
        """Read batches with columns of numbers, IMEIs and times. Returns the rows so far."""
    def begin(self, files: Sequence[tuple[PathLike, Sequence[str]]]) -> None:
        """Start to read local Parquet files, each with the names of its columns."""
    def read_on(self) -> tuple[int, bool]:
        """Go on reading the files: the rows so far, and whether there is more."""
    def step(self) -> bool:
        """Go over some of the sightings; whether there are more."""
    def finish(self, first: int) -> tuple[list[pa.RecordBatch], dict[str, Any]]:
        """The periods, by key and beginning: `key`, `other`, `from`, `to`, `sightings`, `followed`, `overlap`
        (seconds), `from_row`, `to_row`, which are counted from `first`; and the account. After that the object cannot be
        used.
        """

def points(latitudes: pa.Array[Any], longitudes: pa.Array[Any]) -> pa.UInt64Array:
    """The points of degrees, as floats: uint64 without nulls, 0 where a coordinate is null, out of range or not a number, or
    both are 0.
    """

def check_sightings(fields: Sequence[pa.Field[Any]], region: Region) -> None:
    """Check that columns of these names and types can be read as numbers, IMEIs and times. Raises before anything is read."""

def read_sightings(
    batch: pa.RecordBatch, policy: Mapping[str, Any], region: Region, *, placed: bool = False
) -> tuple[pa.RecordBatch, dict[str, int], bool]:
    """Read a batch of numbers, IMEIs and, if there are any, times. With `placed` the last three columns are points, cells
    and circles as uint64 without nulls, 0 if not known.

    Returns the kept sightings with `msisdn` and `imei14` (uint64), `at` (int64, microseconds) and, with `placed`,
    `point`, `cell` and `circle` (uint64); the counts of refused rows by note; and whether the numbers seem to be
    national.
    """

@final
class Scanner:
    """One scan: its plan, the columns of its hits, and its counts."""

    def __new__(
        cls,
        schema: pa.Schema,
        lookups: Sequence[tuple[str, NumberSet | ImeiSet]],
        *,
        columns: Sequence[str] | None,
        region: Region,
        threads: int | None,
        region_column: str | None = None,
    ) -> Scanner: ...
    @property
    def schema(self) -> pa.Schema:
        """The columns of the hits."""
    def batch(self, batch: pa.RecordBatch, *, every: bool = False) -> pa.RecordBatch | None:
        """The hits of one batch, or `None`. With `every`, all rows of the batch with their matches."""
    def begin(self, files: Sequence[PathLike], *, arrow: bool = False) -> None:
        """Start a scan of local Parquet files, or of plain Arrow files; `next` returns its results."""
    def begin_text(self, text: Text | JsonLines) -> None:
        """Start a scan of a text; `next` returns its results."""
    def next(self) -> tuple[Any, ...] | None:
        """The next result of the files or the text; `None` after the last. Checks for signals while it waits.

        Of the n-th file: `("hits", n, batch)`, `("read", n)` when more was read without a hit, `("done", n)` or
        `("failed", n, error)`. Of a text also `("lines", 0, between)`, as in `Text.rows`; and `("doubtful", 0,
        [(line, text), ...])`, after which `decide` is to be called.
        """
    def decide(self, kept: Sequence[bool]) -> None:
        """Decide for each row of the last `("doubtful", ...)` whether it is a row. The others are not counted and are no hits."""
    @property
    def rows(self) -> int:
        """The count of rows scanned so far."""
    def stop(self) -> None:
        """Stop the scan of files or of a text. One of another process is left as it is."""
    def looks_national(self) -> list[bool]:
        """For each lookup: whether its `UInt64` column seems to hold national numbers."""
    def tally(self) -> dict[str, Any]:
        """The counts so far: `rows`, `hits`, `distinct`, and `columns`, a list of `(hits, {note: cells})` with one
        element for each lookup.
        """

@final
class Json:
    """A JSON document, or a value in it.

    `NaN`, `Infinity` and `-Infinity` are read as texts, and one half of a character in two (`"\\\\ud83d"`) as U+FFFD.

    Args:
        text: The document, in UTF-8.

    Raises:
        ValueError: For a text that is not valid JSON, or not UTF-8.

    Example:
        >>> from numguard._core import Json
        >>> [(name, within)] = Json(b'{"list": [{"msisdn": 98765},\\n {"msisdn": 1930}]}').members()
        >>> name, within.kind, within.lines()
        ('list', 'records', b'{"msisdn": 98765}\\n{"msisdn": 1930}\\n')
    """

    def __new__(cls, text: bytes) -> Self: ...
    @property
    def kind(self) -> Literal["object", "records", "texts", "list", "other"]:
        """What it is: "object"; "records" for a list of objects alone, or an empty one; "texts" for a list of texts and
        numbers alone; "list" for any other list; "other".
        """
    @property
    def text(self) -> str:
        """The value as it is written."""
    def members(self) -> list[tuple[str, Json]]:
        """The names and values of an object, in order.

        Raises:
            ValueError: For another value, or an object with the same name twice.
        """
    def lines(self) -> bytes:
        """The values of a list, a line each; the one line of any other value.

        Returns:
            bytes: In UTF-8.
        """

@final
class JsonLines:
    """JSON Lines: their source, and the names of their columns. They can be read once.

    Args:
        source: A path, or an iterable of bytes in UTF-8. The first line begins at its start.
        names: The names of all columns, each once. Not necessary for `find_names`.
        offset: The byte offset of the first line in a file.
        longest: The most bytes of a line.

    Raises:
        ArgumentError: For an offset without a path.

    Example:
        >>> from numguard._core import JsonLines
        >>> JsonLines([b'{"suspect": {"mobile": 98765}}\\n{"by": "desk"}\\n\\n']).find_names(most=9)
        (['suspect.mobile', 'by'], 2, 46)
        >>> lines = JsonLines([b'{"a": 9.80e9}\\n\\n{"a": [1, "2"]}\\n{"a":\\n'], ["a"])
        >>> for rows, of_rows, (refused, blank, _) in lines.rows([0]):
        ...     print(rows.to_pylist(), of_rows.to_pylist(), blank)
        [{'a': '9.80e9'}, {'a': '1; 2'}] [1, 3] 1
        >>> refused.to_pylist()
        [{'line': 4, 'lines': 1, 'fields': 0, 'note': 'not_json', 'text': b'{"a":'}]
    """
    def __new__(
        cls,
        source: PathLike | Iterable[bytes],
        names: Sequence[str] = (),
        *,
        offset: int = 0,
        longest: int = 1 << 28,
    ) -> JsonLines: ...
    def find_names(self, *, most: int, threads: int | None = None) -> tuple[list[str], int, int]:
        """The names of the columns. Those of an object within a record are dotted.

        Args:
            most: Where there are more names, the text is not read to its end.
            threads: As in `numguard.scan`.

        Returns:
            tuple: The names, in the order in which they first appear; how many lines are records; the number of bytes.

        Raises:
            InputError: For a text that is not UTF-8, or a line that is too long.
        """
    def rows(self, columns: Sequence[int], *, block: int = 1 << 22, threads: int | None = None) -> JsonRows:
        """The rows. A number is a cell as it is written; a list of texts and numbers is one cell, with semicolons.

        Args:
            columns: The indices of the columns to return, in this order.
            block: Approximate number of bytes of one batch.
            threads: As in `numguard.scan`.

        Returns:
            iterator: Of tuples: the rows as a record batch of strings; the line of each row, from 1 (int64); a tuple of
            what is between the rows, as of `Text.rows`: lines that are no object, or have a name twice or one that is not
            in `names`, with their whole texts; the number of blank lines; False.

        Raises:
            ArgumentError: For an index of no column.
            InputError: As for `find_names`.
        """

@final
class JsonRows:
    """The rows of JSON Lines."""
    def __iter__(self) -> JsonRows: ...
    def __next__(self) -> tuple[pa.RecordBatch, pa.Int64Array, tuple[pa.RecordBatch, int, bool]]: ...
    def close(self) -> None:
        """Stops reading."""

class _Doubt(TypedDict):
    column: int
    begins: bytes
    signs: Sequence[str]
    labels: Sequence[str]
    headings: Sequence[str]

@final
class Text:
    """A separated text (CSV): its source and its format. Its rows can be read once.

    Args:
        source: A path, or an iterable of bytes. A file, or blocks of UTF-8 of any length; the first block begins with
            the first row.
        names: The names of the columns.
        separator: One ASCII character.
        width: Cells of a row, if these are more than the names. The cells after the named ones must be blank.
        offset: The byte offset of the first row in a file.
        line: The line of the first row.
        longest: The most bytes of a record. A longer line is refused, and memory use does not depend on it.
        windows_1252: Whether a line that is not UTF-8 is read as Windows-1252 rather than refused.
        apostrophes: Whether single quotes wrap cells in a line that otherwise has too many cells. The quotes stay in
            the cells.
        doubt: A dictionary of `column`, an index; `begins`, bytes; and `signs`, `labels` and `headings`, texts. A row
            whose cell in that column is blank, or begins with one of the bytes and contains one of the signs, may be a
            non-data line (a total, a ruler) and is returned with its text; so is a row whose first cell before that
            column that is not blank begins so and contains one of the labels, and a row without five digits in a row
            that has one of the headings.

    Raises:
        ArgumentError: For a format that is not supported.

    Example:
        >>> from numguard._core import Text
        >>> text = Text([b'98765 43210,12\\n"98765",\\n', b'1930,3,4\\n'], ["mobile", "seconds"], line=2)
        >>> for batch, lines, doubtful, (refused, blank, mended), _ in text.rows():
        ...     print(batch.to_pylist(), lines.to_pylist())
        [{'mobile': '98765 43210', 'seconds': '12'}, {'mobile': '98765', 'seconds': ''}] [2, 3]
        >>> refused.to_pylist()
        [{'line': 4, 'lines': 1, 'fields': 3, 'note': 'too_many_fields', 'text': b'1930,3,4\\n'}]
    """

    def __new__(
        cls,
        source: PathLike | Iterable[bytes],
        names: Sequence[str],
        *,
        separator: str = ",",
        width: int | None = None,
        offset: int = 0,
        line: int = 1,
        longest: int = 16777216,
        windows_1252: bool = False,
        apostrophes: bool = False,
        doubt: _Doubt | None = None,
    ) -> Text: ...
    def rows(
        self,
        columns: Sequence[int] | None = None,
        types: Sequence[str | Callable[[Any], Sequence[Any]]] | None = None,
        *,
        parties: tuple[int, int, int] | None = None,
        block: int = 524288,
        texts: bool = False,
        threads: int | None = None,
    ) -> TextRows:
        """The rows, in batches.

        Args:
            columns: The indices of the columns to return, in this order; None returns all named columns.
            types: The type of each of these columns; None returns text. `text`: text. `trimmed`: text without the
                blanks, quotation marks and equals signs around it; null if it says nothing. `coded`: a dictionary of
                text. `msisdn`: as `numguard.normalize`. `imei`: as `imei_keys`. `party`: as `trimmed`, then as `msisdn`
                of the cell with or without what is around it. `imsi`: 14 or 15 digits as text; null for any other cell.
                `integer`: int64 of at most nine digits. `clock`: microseconds (int64) from midnight to `hh:mm:ss`.
                After each column of `msisdn`, `imei`, `integer` and `clock` follows one more: the text of the cells
                without a value, null where there is a value or no text; after those of `party`, as `coded`, the
                trimmed text of the cells without a number. A function instead of a name reads columns with few values:
                it gets distinct texts (an array of strings), returns a list of arrays with a value for each, and is called
                on any thread, at first for no texts; each row has the values of its text.
            parties: The index of a column of callers, that of a column of called numbers, and the index in `columns` of
                one that is read by a function whose first value (uint8) is 0 where the called party is served. After
                all other columns follow the served party's, as `msisdn` of the cell with or without what is around it,
                and the other party's, as `party`.
            block: Approximate number of bytes of one batch.
            texts: Whether the text of each row is kept, with that of the lines after it that are not rows.
            threads: As in `numguard.scan`.

        Returns:
            iterator: Of tuples: the rows as a record batch of strings; the line of each row (int64); the indices of
            rows that may be non-data lines (uint32); a tuple of what is between the rows: the lines that are not
            rows (`line`, `lines`, `fields`, `note`, and the first 64 KiB of their `text`), the number of blank
            lines, and whether any line was read as Windows-1252; and the text of each row, or without `texts` of
            each row that may be a non-data line.
        """

@final
class Gunzip:
    """A gzip stream, unpacked: all its members, one after the other. Zeros behind a member are padding.

    Args:
        packed: A binary stream: it has `read(size)`.

    Example:
        >>> import gzip, io
        >>> from numguard._core import Gunzip
        >>> Gunzip(io.BytesIO(gzip.compress(b"1930"))).read(10)
        b'1930'
    """
    def __new__(cls, packed: Any) -> Gunzip: ...
    def read(self, size: int) -> bytes:
        """The next bytes.

        Args:
            size: How many, at most 1 GiB.

        Returns:
            bytes: As many as requested, or fewer at the end.

        Raises:
            OSError, EOFError: For a stream that is damaged or cut short.
        """

#: What was found of a sheet: `lost`, `without_value`, `hidden`, `struck`, `merged`, `padded`.
_Place: TypeAlias = tuple[int, int]
_InSheet: TypeAlias = tuple[
    dict[_Place, str], int, set[int], set[_Place], list[tuple[_Place, _Place]], dict[_Place, int]
]

@final
class SheetXml:
    """The XML of a sheet of an XLSX workbook, which is inspected a piece at a time (ECMA-376 Part 1, 18.3.1).

    Rows and columns are counted from 0. Any part of a workbook may be given: one that is no sheet has no cells.

    Args:
        styles: The numbers of the styles that strike a cell out.
        texts: The numbers of the texts that are struck out, among those that all sheets share.
        digits: The numbers of the styles that show numbers with zeros before them, and with how many digits.

    Example:
        >>> from numguard._core import SheetXml
        >>> sheet = SheetXml([], [], {})
        >>> sheet.take(b'<sheetData><row r="2" hidden="1"><c r="B2" t="e"><v>#N/A</v></c>')
        True
        >>> sheet.take(b'<c><f>A1</f></c></row></sheetData>')
        True
        >>> sheet.end()
        ((2, 3), ({(1, 1): '#N/A', (1, 2): '#N/A'}, 1, {1}, set(), [], {}))
    """
    def __new__(cls, styles: Sequence[int], texts: Sequence[int], digits: Mapping[int, int]) -> SheetXml: ...
    def take(self, piece: bytes) -> bool:
        """Takes the next piece.

        Returns:
            False if it is no XML, and no cell was found before: it is no sheet.

        Raises:
            ValueError: For the XML of a sheet that is not valid, or a cell without a valid place of its own.
        """
    def end(self) -> tuple[tuple[int, int], _InSheet] | None:
        """What was found, after the last piece.

        Returns:
            None if it is no sheet. The rows and columns up to the last cell that is not an empty tag. Of the sheet: the texts of cells that a
            reader takes for empty, by row and column (an error, or `#N/A` for a formula without a value), how many of
            them are formulas, the hidden rows, the cells that are struck out, the first and the last of merged cells (of an
            OpenDocument file alone), and the digits of the numbers that are shown with zeros before them.

        Raises:
            ValueError: As for `take`.
        """

@final
class OpenXml:
    """The `content.xml` of an OpenDocument file, which is inspected a piece at a time (OpenDocument 1.3, part 3).

    Its `styles.xml`, if it has one, is taken before by `take_styles`: the styles of users are there.

    Args:
        most_cells: More cells, up to the last one in use in each sheet, are refused.
        most_sheets: More sheets are.

    Example:
        >>> from numguard._core import OpenXml
        >>> content = OpenXml(10, 10)
        >>> content.take(b'<table:table table:name="a"><table:table-row><table:table-cell table:formula="of:=1"/>')
        >>> content.take(b'</table:table-row></table:table>')
        >>> content.end()
        (0, [('a', ({(0, 0): '#N/A'}, 1, set(), set(), [], {}))])
        >>> content.take(b''.join(b'<table:table table:name="%d"/>' % name for name in range(11)))
        'sheets'
    """
    def __new__(cls, most_cells: int, most_sheets: int) -> OpenXml: ...
    def take(self, piece: bytes) -> str | None:
        """Takes the next piece.

        Returns:
            "cells" or "sheets", of which there are more than given; None if of neither.

        Raises:
            ValueError: For XML that is not valid, a sheet without a name of its own, or more than a million repeated cells
                that are struck out or formulas without a value.
        """
    def take_styles(self, piece: bytes) -> None:
        """Takes the next piece of `styles.xml`, whose end is an empty piece.

        Raises:
            ValueError: As for `take`.
        """
    def end(self) -> tuple[int, list[tuple[str, _InSheet]]]:
        """What was found, after the last piece.

        Returns:
            The cells up to the last one in use of each sheet, all together; the name of each sheet, with what
            `SheetXml.end` returns of one.

        Raises:
            ValueError: As for `take`.
        """

@final
class TextRows:
    """The rows of a text."""

    def __iter__(self) -> TextRows: ...
    def __next__(
        self,
    ) -> tuple[pa.RecordBatch, pa.Int64Array, pa.UInt32Array, tuple[pa.RecordBatch, int, bool], RowTexts]: ...
    def close(self) -> None:
        """Stops reading."""

@final
class RowTexts:
    """The text of rows of a batch."""

    def __getitem__(self, row: int, /) -> bytes: ...

def is_plain_arrow(path: PathLike) -> bool:
    """Whether `Scanner.begin` reads an Arrow IPC file: its columns are plain, and its batches are not compressed. False too
    for what cannot be read as one.
    """

def keep_rows(batch: pa.RecordBatch, kept: pa.Array[Any]) -> pa.RecordBatch:
    """The rows of a batch for which `kept`, an array of booleans, is true."""

def parquet_schema(path: PathLike) -> pa.Schema:
    """The columns of a local Parquet file, as its footer declares them."""
