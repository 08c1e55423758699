"""The fields of `LinkPolicy` are defined once: the options of the command line, the compiled module's argument, the
docstring and the guide have the same names, bounds and defaults.
"""

from __future__ import annotations

import re
from dataclasses import fields
from datetime import date
from pathlib import Path
from typing import Any

import click
import pytest

import numguard as ng
from numguard.cli.expand import Cap, expand
from numguard.errors import ArgumentError
from numguard.linkage.policy import bounds_of

ROOT = Path(__file__).parents[1]
FIELDS: dict[str, Any] = {field.name: field.default for field in fields(ng.LinkPolicy)}
#: Fields of keys, whose options name files.
KEYS = {"protected", "release", "placeholders"}


def test_each_field_has_an_option() -> None:
    assert len(FIELDS) >= 17
    options = {parameter.name: parameter for parameter in expand.params}
    assert set(FIELDS) <= set(options)
    for name in FIELDS:
        option = options[name]
        assert option.opts == [f"--{name.replace('_', '-')}"]
        # A default of its own would be a second one beside that of LinkPolicy.
        assert not isinstance(option.default, (int, float, str)), name


@pytest.mark.parametrize("name", sorted(set(FIELDS) - KEYS - {"since", "until"}))
def test_an_option_has_the_bound_of_its_field(name: str) -> None:
    kind = next(parameter.type for parameter in expand.params if parameter.name == name)
    assert isinstance(kind, click.IntRange | click.FloatRange)
    least: Any = kind.min
    others = {"max_hops": 1} if name.startswith("days_") else {}
    if kind.min_open:
        with pytest.raises(ArgumentError, match=name):
            ng.LinkPolicy(**{name: least} | others)
        return
    ng.LinkPolicy(**{name: least} | others)
    with pytest.raises(ArgumentError, match=name):
        ng.LinkPolicy(**{name: least - 1} | others)
    if isinstance(kind, Cap):
        ng.LinkPolicy(**{name: None})
    elif FIELDS[name] is not None:
        with pytest.raises(ArgumentError, match=name):
            ng.LinkPolicy(**{name: None})


@pytest.mark.parametrize("name", ["since", "until"])
def test_a_missing_time_of_pandas_is_no_bound(name: str) -> None:
    pandas = pytest.importorskip("pandas")
    with pytest.raises(ArgumentError, match=f"{name}: takes a date or a datetime, or None"):
        ng.LinkPolicy(**{name: pandas.NaT})


def test_the_compiled_module_reads_the_same_fields() -> None:
    source = (ROOT / "rust" / "python" / "src" / "linkage.rs").read_text()
    body = source.split("struct PolicyArgument {")[1].split("}")[0]
    # By name: the order is that of the callers of Python, where later fields are the last.
    # `clock` is no choice of the caller's.
    assert sorted(re.findall(r"^    (\w+):", body, re.MULTILINE)) == sorted([*FIELDS, "clock", "unprotected"])
    assert list(bounds_of(ng.LinkPolicy())) == [*FIELDS, "clock", "unprotected"]


def test_the_places_of_the_first_fields_are_kept() -> None:
    """Version 0.1.0 had these fields, and a caller may pass them by place."""
    first = (2, date(2026, 9, 1), None, 50, 3.1, 6, 10, 2, 30, None, None, None, None, None, 7)
    assert ng.LinkPolicy(*first) == ng.LinkPolicy(
        max_hops=2,
        since=date(2026, 9, 1),
        max_numbers_per_imei=50,
        max_numbers_per_day=3.1,
        min_days=6,
        max_imeis_per_number=10,
        min_sightings=2,
        max_gap_days=30,
        max_linked_per_seed=7,
    )


def test_the_docstring_has_each_field_in_order() -> None:
    text = str(ng.LinkPolicy.__doc__).split("Args:")[1].split("Raises:")[0]
    assert re.findall(r"^        (\w+): ", text, re.MULTILINE) == list(FIELDS)


def test_the_guide_has_each_field_with_its_default() -> None:
    guide = (ROOT / "docs" / "guide" / "linkage.md").read_text()
    found: dict[str, str] = {}
    for names in re.findall(r"^\*\*(`.+?)\.\*\*", guide, re.MULTILINE):
        group: list[str] = []
        for part in re.findall(r"`(\w+)`|= ([^,`]+)", names):
            if part[0]:
                group.append(part[0])
            else:
                found |= dict.fromkeys(group, part[1].strip())
                group = []
    assert set(found) == set(FIELDS)
    for name, default in found.items():
        if isinstance(FIELDS[name], int):
            assert default == str(FIELDS[name]), name
        else:
            assert FIELDS[name] is None, name
            assert not default.isdecimal(), name
