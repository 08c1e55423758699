"""Whether the A numbers of whole files are callers: the handsets of their incoming calls are those of the B numbers.

Owns the counts that decide it: the pairs of number and handset of all rows. Independent of how rows are read. One idea:
**the order of the rows does not matter**: a file sorted by call type has its incoming calls far below the first lines,
or in a file of its own.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow.compute as pc

from numguard.cdr.cells import Column, Flags, Ints
from numguard.compute import flags, named
from numguard.errors import InputError

Hashes = npt.NDArray[np.uint64]

#: Odd numbers with bits in all places, by which keys are spread over 64 bits.
_MIX: Final = np.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F], dtype=np.uint64)
_HALF: Final = np.uint64(32)
#: The first bits of a pair are those of its handset, the others of both.
_OF_HANDSET: Final = np.uint64(20)
_OF_PAIR: Final = np.uint64(64 - 20)
_REMEDY: Final = (
    'name the columns: numguard cdr read --map "COLUMN=calling" --map "COLUMN=called" --map "COLUMN=call_type" if they '
    'are callers, and --map "COLUMN=served" with these if another column has the subject, or --map "COLUMN=served" '
    '--map "COLUMN=other" if they are not, and so on (layout={...})'
)
#: So many pairs are kept before they are counted together.
_PENDING: Final = 1 << 20


class DoubtError(InputError):
    """A table of call records, of which it is not known whose handset a row shows."""


def callers_error(where: str) -> DoubtError:
    """The error of a file whose A numbers are callers."""
    return DoubtError(
        f"{where}: the handsets of incoming calls are those of the B numbers' outgoing ones: the B numbers may be other"
        " SIMs in them, or had them at another time, or the A numbers are callers, whose handset a row need not show; "
        f"look at these rows, and {_REMEDY}"
    )


def subject_error(where: str, subject: str, caller: str, called: str) -> DoubtError:
    """The error of a column named as the subject's where the A and B numbers beside it are not the subject's too."""
    subject, caller, called = (repr(named([name])) for name in (subject, caller, called))
    return DoubtError(
        f"{where}: the column {subject} may have the number whose handset a row shows, and those of {caller} and "
        f"{called} do not say so; name the columns: numguard cdr read --map: {subject} as served, {caller} as calling "
        f"and {called} as called, or, if it is another party's, {caller} as served and {called} as other, and so on "
        "(layout={...})"
    )


class Callers:
    """The numbers in handsets of the outgoing calls of all files, and for each file those of the incoming ones."""

    def __init__(self, *, are_counted: bool) -> None:
        #: Whether there is a file that they may decide about.
        self.are_counted = are_counted
        self._outgoing = _Pairs()
        self._incoming: dict[str, tuple[_Pairs, _Pairs]] = {}

    def add_outgoing(self, callers: Column, imeis: Column, which: Flags) -> None:
        """Counts rows of outgoing calls, in files of any layout."""
        self._outgoing.add(callers, imeis, which)

    def add_incoming(self, where: str, parties: tuple[Column, Column], imeis: Column, which: Flags) -> None:
        """Counts rows of incoming calls: their A numbers and B numbers, and handsets."""
        callers, others = parties
        of_callers, of_called = self._incoming.setdefault(where, (_Pairs(), _Pairs()))
        of_callers.add(callers, imeis, which)
        of_called.add(others, imeis, which)

    def check(self) -> None:
        """Checks each file.

        Raises:
            InputError: More incoming calls of a file are in handsets that the B numbers call from than in those of the
                A numbers: in two handsets or more, or two calls or more that are at least half of them.
        """
        for where, (of_callers, of_called) in self._incoming.items():
            shared, handsets = self._outgoing.shared_with(of_called)
            # The B number of a row of the A number's handset may be its second SIM, which calls from that handset too:
            # one handset is no proof with one call, or among many. Two are, also where most called parties make no
            # call, as in an hour at a tower.
            is_proof = handsets > 1 or (shared > 1 and 2 * shared >= of_called.rows())
            if is_proof and shared > self._outgoing.shared_with(of_callers)[0]:
                raise callers_error(where)


class _Pairs:
    """How many rows have a number in a handset; a pair is kept as 64 bits, which two pairs hardly share."""

    def __init__(self) -> None:
        self._pairs: Hashes = np.zeros(0, dtype=np.uint64)
        self._rows: Ints = np.zeros(0, dtype=np.int64)
        self._new: list[Hashes] = []
        self._pending = 0

    def add(self, numbers: Column, handsets: Column, which: Flags) -> None:
        kept = which & flags(pc.and_(numbers.is_valid(), handsets.is_valid()))
        phones = handsets.fill_null(0).to_numpy()[kept]
        pairs = numbers.fill_null(0).to_numpy()[kept] * _MIX[0]
        pairs = ((pairs ^ (pairs >> _HALF)) + phones) * _MIX[1]
        pairs = (phones * _MIX[0] >> _OF_PAIR << _OF_PAIR) | (pairs >> _OF_HANDSET)
        self._new.append(pairs)
        self._pending += len(pairs)
        # As many again as there are: each pair is sorted a few times in all.
        if self._pending > max(_PENDING, len(self._pairs)):
            self._count()

    def shared_with(self, others: _Pairs) -> tuple[int, int]:
        """The rows of others whose pair is here, and in how many handsets they are."""
        self._count()
        others._count()
        shared = np.isin(others._pairs, self._pairs)
        return int(others._rows[shared].sum()), len(np.unique(others._pairs[shared] >> _OF_PAIR))

    def rows(self) -> int:
        """How many rows have a number in a handset."""
        self._count()
        return int(self._rows.sum())

    def _count(self) -> None:
        if not self._new:
            return
        new, rows = np.unique(np.concatenate(self._new), return_counts=True)
        if len(self._pairs):
            new, places = np.unique(np.concatenate([self._pairs, new]), return_inverse=True)
            rows = np.bincount(places, weights=np.concatenate([self._rows, rows])).astype(np.int64)
        self._pairs, self._rows = new, rows
        self._new, self._pending = [], 0
