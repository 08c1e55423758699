"""Numbers -> keyed hashes, by which two offices find the numbers that both have, and reveal no others.

Owns how a number becomes bytes, what a key must be, and where it is read from: never from a command-line argument,
which other users of the machine can read. Independent of lists. One idea: HMAC-SHA-256 (RFC 2104) of the E.164 digits,
which can be computed without this package. A plain hash is not enough: all numbers of a country are hashed in minutes.
"""

from __future__ import annotations

import hmac
import os
import stat
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final, overload

import pyarrow as pa

from numguard import _core
from numguard.compute import as_text, pc
from numguard.errors import ArgumentError, FileError, FileMissingError
from numguard.system import at_home, has_modes
from numguard.types import ArrowArrayExportable, ArrowStreamExportable, PathLike, Region, Values

#: The name of a column of keyed hashes of MSISDNs.
HASHED = "msisdn_hmac_sha256"

#: Why a row of a list of keyed hashes is refused, beside the notes of rows, and `empty`.
HASH_NOTES: Final = {"not_a_hash": "The cell is no keyed hash, which has 64 hexadecimal digits."}
_HASH: Final = "^[0-9a-f]{64}$"

_SHORTEST, _LONGEST = 16, 1 << 16
#: The fewest distinct bytes of a key.
_FEWEST_DISTINCT = 7
#: What Windows puts before a text in UTF-8 or UTF-16: the other side's key does not have it.
_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


@overload
def keyed_hash(
    values: ArrowStreamExportable, key: bytes, *, region: Region = "IN", threads: int | None = None
) -> pa.ChunkedArray[Any]: ...


@overload
def keyed_hash(
    values: ArrowArrayExportable | Iterable[object], key: bytes, *, region: Region = "IN", threads: int | None = None
) -> pa.StringArray: ...


def keyed_hash(
    values: Values, key: bytes, *, region: Region = "IN", threads: int | None = None
) -> pa.StringArray | pa.ChunkedArray[Any]:
    """HMAC-SHA-256 of each number under a key that both sides have.

    The hashed bytes are the number's E.164 digits in ASCII: `919876543210`.

    Args:
        values: Numbers, as `normalize` takes them.
        key: At least sixteen bytes that cannot be guessed; `read_key` reads one.
        region: The country by whose plan digits without a country code are read.
        threads: The largest number of threads; None for all processors that the process may use.

    Returns:
        `pyarrow.StringArray` or `pyarrow.ChunkedArray` of 64 hexadecimal digits each; null where the cell is null or
        refused.

    Raises:
        ArgumentError: The key is too short, or can be guessed; the values are an `ImeiSet`.

    Example:
        >>> import numguard as ng
        >>> ng.keyed_hash(["98765 43210", "1930"], b"sixteen bytes or more").to_pylist()[1] is None
        True
    """
    if isinstance(values, _core.ImeiSet):
        raise ArgumentError("values: takes numbers, not an ImeiSet")
    return _core.keyed_hash(_core.normalize(values, region=region, threads=threads), _checked_key(key), threads=threads)


def read_hashes(cells: pa.Array[Any]) -> pa.StructArray:
    """What the cells of a list of hashes are, as `explain` says it of numbers: `hash` in lower case, and `note`."""
    text = pc.utf8_lower(pc.utf8_trim_whitespace(pc.fill_null(as_text(cells), "")))
    is_hash = pc.match_substring_regex(text, _HASH)
    note = pc.if_else(is_hash, None, pc.if_else(pc.equal(text, ""), "empty", "not_a_hash"))
    columns: list[Any] = [pc.if_else(is_hash, text, None), note]
    return pa.StructArray.from_arrays(columns, ["hash", "note"])


def key_check(key: bytes) -> str:
    """Sixteen hexadecimal digits that two sides compare to check that they have the same key, without revealing it."""
    return hmac.digest(_checked_key(key), b"numguard key check", "sha256").hex()[:16]


def read_key(*, file: PathLike | None = None, variable: str | None = None) -> bytes:
    """The key in a file, or in an environment variable.

    Blanks and line ends around it are not part of it, so that both sources give the same key.

    Args:
        file: Its path; `(umask 077; openssl rand -hex 32 > shared.key)` makes one.
        variable: The name of the environment variable that holds it.

    Raises:
        ArgumentError: Not exactly one of the two was given, the variable is not set, others can read the file, it
            begins with a byte-order mark, or the key is too short or can be guessed.
        FileMissingError: There is no such file.
        FileError: It cannot be read.

    Example:
        >>> import os, numguard as ng
        >>> os.environ["SHARED_KEY"] = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
        >>> len(ng.read_key(variable="SHARED_KEY"))
        32
    """
    if (file is None) == (variable is None):
        raise ArgumentError("a key is read from a file or from an environment variable: name one of them")
    if file is not None:
        found = _read_private(at_home(file, "file")).strip()
        if found.startswith(_MARKS):
            raise ArgumentError(f"{Path(file).name}: begins with a byte-order mark; save the key as plain ASCII text")
        return _checked_key(found)
    value = os.environ.get(str(variable))
    if value is None:
        raise ArgumentError(f"the environment variable {variable} is not set")
    return _checked_key(os.fsencode(value).strip())


def _read_private(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            if has_modes() and stat.S_IMODE(os.fstat(file.fileno()).st_mode) & 0o077:
                raise ArgumentError(
                    f"{path.name}: others on this machine can read the key; `chmod 600` it, or make a new one"
                )
            return file.read(_LONGEST)
    except FileNotFoundError:
        raise FileMissingError(f"{path}: there is no such file") from None
    except (OSError, ValueError) as error:
        if isinstance(error, ArgumentError):
            raise
        why = error.strerror if isinstance(error, OSError) else "its name is invalid"
        raise FileError(f"{Path(path).name!a}: cannot be read ({why})") from None


def _checked_key(key: bytes) -> bytes:
    """The key, unless it is too short or too regular to resist guessing."""
    if not isinstance(key, bytes) or len(key) < _SHORTEST:
        raise ArgumentError(f"key: takes {_SHORTEST} bytes or more; `openssl rand -hex 32` makes a good one")
    # Of random keys of sixteen hexadecimal digits, one in a million has fewer than seven distinct ones.
    period = (key + key).find(key, 1)
    if period < _SHORTEST or len(set(key)) < _FEWEST_DISTINCT:
        raise ArgumentError("key: repeats itself, and can be guessed; `openssl rand -hex 32` makes a good one")
    return key
