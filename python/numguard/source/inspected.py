"""What the reader of a workbook does not give of a sheet.

Owns the type of it, which every form of workbook is inspected into. Independent of these forms.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

#: A row and a column, from 0.
Place: TypeAlias = tuple[int, int]
#: The first and the last cell.
Range: TypeAlias = tuple[Place, Place]
#: A value as the reader gives those that it does not lose.
Lost: TypeAlias = str | float | bool | dt.date | dt.time | dt.timedelta


@dataclass(slots=True)
class Inspected:
    """What the reader of a workbook does not give of a sheet; rows and columns from 0.

    Attributes:
        lost: the values of cells that it takes for empty, or for something else, or gives in part: an error, `#N/A`
            for a formula without a value, a text of an OpenDocument file without a type, a short cell of the binary
            form.
        without_value: how many of them are formulas without a value.
        hidden: the hidden rows.
        struck: the cells that are struck out.
        merged: the merged cells, of the OpenDocument and the binary form; of others the reader gives them.
        padded: how many digits a number is shown with at least, with zeros before it.
        noted: the rows of the cells with a note, and its text; of the OpenDocument and the binary form none is known.
        unknown_errors: the texts of errors for which the reader fails.
    """

    lost: Mapping[Place, Lost] = field(default_factory=dict)
    without_value: int = 0
    hidden: set[int] = field(default_factory=set)
    struck: set[Place] = field(default_factory=set)
    merged: list[Range] = field(default_factory=list)
    padded: dict[Place, int] = field(default_factory=dict)
    noted: list[tuple[int, str]] = field(default_factory=list)
    unknown_errors: set[str] = field(default_factory=set)
