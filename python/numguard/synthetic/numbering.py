"""Invented mobile numbers and handsets, drawn so that no two roles can ever share one.

Owns the draw and the digits. Independent of who is a fraudster, a victim or a bystander.

The one idea: a number is the image of a serial under one seeded permutation of the four thousand million Indian mobile
numbers (a Feistel network of unequal halves, whose round functions are random tables). Roles take disjoint ranges of
serials, so a suspect can never turn up among the innocent by chance, at any size, with nothing kept in memory. Numbers
that must not be drawn are walked past along the cycle, which leaves the map one to one.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

U64 = NDArray[np.uint64]

COUNTRY: Final = 91 * 10**10
"""What turns a national number of ten digits into its E.164 digits."""

PLACEHOLDER_IMEIS: Final = (
    "000000000000000",
    "111111111111111",
    "012345678901234",
    "004999010640000",
    "351602000525820",
    "358673013795895",
)
"""Six IMEIs that phones with none of their own report."""

_LEFT: Final = 40_000
_RIGHT: Final = 100_000
_ROUNDS: Final = 4
_TACS: Final = 1_000
_SERIALS_PER_TAC: Final = 1_000_000


def _never_drawn() -> U64:
    """Numbers in use, or typed in place of a number, as national numbers."""
    same = [int(str(d) * 10) for d in range(6, 10)]
    alternating = [int(f"{a}{b}" * 5) for a in range(6, 10) for b in range(10)]
    runs = [6789012345, 7890123456, 8901234567, 9012345678, 9123456789, 9876543210, 9876543211, 9876501234, 8765432109]
    runs += [7654321098, 9999900000, 9000000000, 8000000000, 7000000000, 6000000000]
    # Public helplines that have mobile numbers (MyGov, National Commission for Women): never an invented suspect.
    helplines = [9013151515, 7827170170]
    return np.unique(np.array(same + alternating + runs + helplines, dtype=np.uint64))


class Numbering:
    """One seeded, endless supply of mobile numbers and handsets.

    Args:
        seed: The same seed gives the same numbers, on every machine.

    >>> supply = Numbering(7)
    >>> a, b = supply.msisdns(np.arange(2)), supply.msisdns(np.arange(2, 1000))
    >>> bool(np.isin(a, b).any()), len(np.unique(b)), {int(n) // 10**10 for n in b}
    (False, 998, {91})
    """

    def __init__(self, seed: int) -> None:
        rng = np.random.default_rng([seed, 0x5EED])
        self._to_left = rng.integers(0, _LEFT, (_ROUNDS, _RIGHT), dtype=np.uint32)
        self._to_right = rng.integers(0, _RIGHT, (_ROUNDS, _LEFT), dtype=np.uint32)
        known = {int(imei[:8]) for imei in PLACEHOLDER_IMEIS}
        drawn = 35_000_000 + rng.choice(1_000_000, 2 * _TACS, replace=False)
        drawn[::3] += 51_000_000  # 86: the second body that allots type codes in numbers
        self._tacs = np.array([tac for tac in drawn.tolist() if tac not in known][:_TACS], dtype=np.uint64)
        self._offsets = rng.integers(0, _SERIALS_PER_TAC, _TACS, dtype=np.uint64)
        self._never = _never_drawn()

    def msisdns(self, serials: NDArray[np.integer]) -> U64:
        """The E.164 digits of the numbers with these serials (0 to 4 x 10^9), as UInt64."""
        national = self._permute(serials.astype(np.uint64)) + np.uint64(6 * 10**9)
        while (bad := np.isin(national, self._never)).any():
            national[bad] = self._permute(national[bad] - np.uint64(6 * 10**9)) + np.uint64(6 * 10**9)
        return national + np.uint64(COUNTRY)

    def handsets(self, serials: NDArray[np.integer]) -> U64:
        """The fourteen-digit IMEIs of the handsets with these serials (0 to 10^9), as UInt64."""
        turn, model = np.divmod(serials.astype(np.uint64), np.uint64(_TACS))
        number = (turn * np.uint64(7_919) + self._offsets[model]) % np.uint64(_SERIALS_PER_TAC)
        return self._tacs[model] * np.uint64(_SERIALS_PER_TAC) + number

    def _permute(self, x: U64) -> U64:
        high = x // np.uint64(_RIGHT)
        left, right = high.astype(np.uint32), (x - high * np.uint64(_RIGHT)).astype(np.uint32)
        for to_left, to_right in zip(self._to_left, self._to_right, strict=True):
            left = _wrapped(left + to_left[right], _LEFT)
            right = _wrapped(right + to_right[left], _RIGHT)
        return left.astype(np.uint64) * np.uint64(_RIGHT) + right


def _wrapped(sums: NDArray[np.uint32], modulus: int) -> NDArray[np.uint32]:
    """Sums of two residues, reduced: below zero an unsigned integer becomes a large one. Dividing is slower."""
    reduced: NDArray[np.uint32] = np.minimum(sums, sums - np.uint32(modulus))
    return reduced


_FOUR_DIGITS: Final = np.char.zfill(np.arange(10_000).astype("S4"), 4).view(np.uint32)


def digits(values: U64, width: int) -> NDArray[np.uint8]:
    """The last `width` decimal digits of each value as ASCII: an array of shape (n, width)."""
    groups = -(-width // 4)
    out = np.empty((len(values), groups), dtype=np.uint32)
    rest = values.astype(np.uint64)
    for column in range(groups - 1, -1, -1):
        quotient = rest // np.uint64(10_000)
        out[:, column] = _FOUR_DIGITS[rest - quotient * np.uint64(10_000)]
        rest = quotient
    return out.view(np.uint8)[:, 4 * groups - width :]


def check_digit(imei14s: U64) -> NDArray[np.uint8]:
    """The check digit of each IMEI (Luhn; 3GPP TS 23.003, annex B), 0 to 9.

    >>> check_digit(np.array([49015420323751], dtype=np.uint64)).tolist()
    [8]
    """
    ones = digits(imei14s, 14) - np.uint8(ord("0"))
    doubled = ones[:, 1::2] * np.uint8(2)
    doubled -= (doubled > 9).astype(np.uint8) * np.uint8(9)
    total = ones[:, 0::2].sum(axis=1, dtype=np.uint16) + doubled.sum(axis=1, dtype=np.uint16)
    check: NDArray[np.uint8] = ((10 - total % 10) % 10).astype(np.uint8)
    return check
