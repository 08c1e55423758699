"""Every region's numbers: scalars, columns of regions, formats, and `phonenumbers` as the oracle.

`NUMGUARD_REGION_CELLS` sets how many cells are asked (20,000); `python -m tests.region_cells` asks more and prints a
table by region.
"""

from __future__ import annotations

import os
from typing import Any

import phonenumbers
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
import pytest
from phonenumbers import PhoneMetadata, PhoneNumberFormat
from phonenumbers.data import _COUNTRY_CODE_TO_REGION_CODE as REGIONS_OF
from tests.region_cells import BATCH, DIFFERENCES, SAME, answers, differing, theirs
from tests.region_forms import REGIONS, TYPES, cells, code_of, number_of, plan

import numguard as ng
from numguard.errors import ArgumentError, UnsupportedTypeError

CELLS = int(os.environ.get("NUMGUARD_REGION_CELLS", "20000"))
THEIR_KINDS = {
    phonenumbers.PhoneNumberType.FIXED_LINE: "fixed",
    phonenumbers.PhoneNumberType.MOBILE: "mobile",
    phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE: "fixed_or_mobile",
    phonenumbers.PhoneNumberType.TOLL_FREE: "toll_free",
    phonenumbers.PhoneNumberType.PREMIUM_RATE: "premium",
    phonenumbers.PhoneNumberType.SHARED_COST: "shared_cost",
    phonenumbers.PhoneNumberType.VOIP: "voip",
    phonenumbers.PhoneNumberType.PERSONAL_NUMBER: "personal",
    phonenumbers.PhoneNumberType.PAGER: "pager",
    phonenumbers.PhoneNumberType.UAN: "uan",
    phonenumbers.PhoneNumberType.VOICEMAIL: "voicemail",
}


def examples() -> list[tuple[str, Any]]:
    """Region and number of each example that libphonenumber has and calls valid, India's apart."""
    found = []
    for region in REGIONS:
        for label in TYPES:
            digits = getattr(getattr(plan(region), label), "example_number", None)
            number = number_of(code_of(region), digits) if digits else None
            # Iran's numbers of four digits are fewer than seven with its code.
            if number is not None and phonenumbers.is_valid_number(number) and len(f"{code_of(region)}{digits}") > 6:
                found.append((region, number))
    return found


def test_each_difference_is_one() -> None:
    for rule in DIFFERENCES:
        answer = answers([(rule.region, rule.form, rule.example)])[0]
        assert answer.ours != answer.theirs, rule.why
        assert rule.holds(answer), (rule.why, answer)


def test_cells_of_all_regions_are_read_as_phonenumbers_reads_them() -> None:
    agreed = 0
    unexplained, invented = [], []
    for start in range(0, CELLS, BATCH):
        for answer, why in differing(list(cells(min(BATCH, CELLS - start), start))):
            agreed += why == SAME
            if why is None:
                unexplained.append(answer)
            # A zero or a decimal that is taken off may leave what it does not expect, but a number that it reads.
            alone = theirs(f"+{answer.ours}", answer.region)[0]
            if answer.ours is not None and answer.theirs is None and alone is None:
                invented.append(answer)
    assert not invented, (len(invented), invented[:20])
    assert not unexplained, (len(unexplained), unexplained[:20])
    assert agreed > CELLS * 0.85


def test_examples_of_every_region_and_type_are_read_and_of_their_kind() -> None:
    found = examples()
    assert len(found) > 1_000
    assert {region for region, _ in found} == set(REGIONS)
    regions = pa.array([region for region, _ in found])
    numbers = [int(str(phonenumbers.format_number(number, PhoneNumberFormat.E164))) for _, number in found]
    kinds = [THEIR_KINDS[phonenumbers.number_type(number)] for _, number in found]
    for style in (PhoneNumberFormat.NATIONAL, PhoneNumberFormat.INTERNATIONAL, PhoneNumberFormat.E164):
        written = [str(phonenumbers.format_number(number, style)) for _, number in found]
        explained: Any = ng.explain(written, region=regions).to_pylist()
        differ = [
            (region, cell, one, number)
            for (region, _), cell, one, number, kind in zip(found, written, explained, numbers, kinds, strict=True)
            if (one["msisdn"], one["kind"]) != (number, kind)
        ]
        # Sums (`600 212800`) are refused in every region.
        assert all(cell.rstrip("0") != cell for _, cell, _, _ in differ), differ
        assert len(differ) <= 8, differ


def test_numbers_are_written_and_placed_as_phonenumbers_does() -> None:
    found = examples()
    numbers = pa.array(
        [int(str(phonenumbers.format_number(number, PhoneNumberFormat.E164))) for _, number in found], pa.uint64()
    )
    for style, of in (("national", PhoneNumberFormat.NATIONAL), ("international", PhoneNumberFormat.INTERNATIONAL)):
        written: Any = ng.format(numbers, style)  # type: ignore[arg-type]
        expected = [str(phonenumbers.format_number(number, of)) for _, number in found]
        assert written.to_pylist() == expected
    placed: Any = ng.region_of(numbers)
    assert placed.type == pa.dictionary(pa.int16(), pa.string())
    assert placed.to_pylist() == [phonenumbers.region_code_for_number(number) for _, number in found]


def test_regions_that_share_a_code_are_distinguished() -> None:
    shared = [regions for regions in REGIONS_OF.values() if len(regions) > 1]
    asked = [
        number_of(code_of(region), f"{lead}{digits[len(lead) :]}")
        for regions in shared
        for region in regions
        for digits in [plan(region).general_desc.example_number or plan(region).fixed_line.example_number]
        for lead in ("", "2", "7", "9")
    ]
    numbers = [int(str(phonenumbers.format_number(number, PhoneNumberFormat.E164))) for number in asked]
    theirs = [phonenumbers.region_code_for_number(number) for number in asked]
    assert ng.region_of(pa.array(numbers, pa.uint64())).to_pylist() == theirs
    assert ng.region_of(pa.array([80012345678, 999, None], pa.uint64())).to_pylist() == ["001", None, None]


def test_short_numbers_stay_refused() -> None:
    for region in REGIONS:
        short = PhoneMetadata.short_metadata_for_region(region)
        labels = ("short_code", "emergency", "toll_free", "premium_rate", "standard_rate", "carrier_specific")
        found = {getattr(getattr(short, label), "example_number", None) for label in labels if short} - {None}
        explained = ng.explain(sorted(found), region=region).to_pylist()
        assert all(one["msisdn"] is None for one in explained), (region, sorted(found), explained)


def test_regions_are_those_of_the_table() -> None:
    assert ng.regions() == sorted(phonenumbers.SUPPORTED_REGIONS)


@pytest.mark.parametrize("layout", [pa.string(), pa.large_string(), pa.string_view()], ids=str)
def test_a_column_of_regions_is_row_by_row_what_each_region_reads(layout: pa.DataType) -> None:
    asked = list(cells(4_000, 99)) + [("IN", "", f"{98765:05}{n:05}") for n in range(500)]
    regions, written = [region for region, _, _ in asked], [cell for _, _, cell in asked]
    numbers, codes = pa.array(written, layout), pa.array(regions)
    expected = [ng.explain([cell], region=region).to_pylist()[0] for region, cell in zip(regions, written, strict=True)]
    assert ng.explain(numbers, region=codes).to_pylist() == expected
    keys = [one["msisdn"] for one in expected]
    assert ng.normalize(numbers, region=codes.dictionary_encode()).to_pylist() == keys
    chunked = pa.chunked_array([numbers[:1000], numbers[1000:]])
    assert ng.normalize(chunked, region=pa.chunked_array([codes[:7], codes[7:]])).to_pylist() == keys
    assert (
        ng.normalize(numbers.dictionary_encode() if layout == pa.string() else numbers, region=codes).to_pylist()
        == keys
    )
    members = ng.NumberSet(numbers, region=codes)
    assert members.to_array().to_pylist() == sorted({key for key in keys if key})
    assert sum(members.refused.values()) == keys.count(None)
    assert members.contains(numbers, region=codes).to_pylist() == [key and True for key in keys]
    assert members.position(numbers, region=codes).null_count == keys.count(None)
    lists = ng.extract(numbers, region=codes).to_pylist()
    assert [found[0] for found, key in zip(lists, keys, strict=True) if key] == [key for key in keys if key]
    # What was read is never read again, whatever the region.
    again = ng.normalize(pa.array(keys, pa.uint64()), region=pa.array(["??"] * len(keys)))
    assert again.to_pylist() == keys


def test_rows_without_a_region_give_numbers_with_a_plus_alone() -> None:
    written = ["07400 123456", "+44 7400 123456", "07400 123456", "", None]
    explained: Any = ng.explain(written, region=pa.array([None, None, "gb", "XX", "XX"])).to_pylist()
    assert [(one["msisdn"], one["note"]) if one else None for one in explained] == [
        (None, "unknown_region"),
        (447400123456, None),
        (None, "unknown_region"),
        (None, "empty"),
        None if explained[4] is None else (None, None),
    ]
    assert ng.normalize(written[:1], region=[None]).to_pylist() == [None]


@pytest.mark.parametrize("region", ["XX", "gb", "", "001", 44])
def test_a_region_that_is_none_is_an_error(region: Any) -> None:
    with pytest.raises((ArgumentError, UnsupportedTypeError), match=r"region|values"):
        ng.normalize(["07400 123456"], region=region)


def test_a_column_of_regions_of_another_length_is_an_error() -> None:
    with pytest.raises(ArgumentError, match="2 regions for 1 numbers"):
        ng.normalize(["07400 123456"], region=["GB", "GB"])
    with pytest.raises(UnsupportedTypeError, match="region codes"):
        ng.normalize(["07400 123456"], region=pa.array([44]))
    with pytest.raises(ArgumentError, match="1 regions for 0 numbers"):
        ng.NumberSet(pa.array([], pa.string()), region=["GB"])


def test_a_category_without_values_names_no_region() -> None:
    none: Any = pa.nulls(2, pa.dictionary(pa.int32(), pa.string()))
    assert ng.normalize(["98765 43210", "+91 98765 43210"], region=none).to_pylist() == [None, 919876543210]
    assert ng.normalize([], region=none[:0]).to_pylist() == []


def test_kinds_are_seen_from_the_region() -> None:
    numbers = pa.array([447400123456, 919876543210, 12025550123], pa.uint64())
    for region, expected in (
        ("GB", ["mobile", "foreign", "foreign"]),
        ("IN", ["foreign", "mobile", "foreign"]),
        ("JE", ["mobile", "foreign", "foreign"]),
        ("US", ["foreign", "foreign", "fixed_or_mobile"]),
    ):
        explained: Any = ng.explain(numbers, region=region).to_pylist()
        assert [one["kind"] for one in explained] == expected, region


def test_a_scan_reads_each_row_by_its_region(tmp_path: Any) -> None:
    rows = pa.table(
        {
            "caller": ["07400 123456", "(202) 555-0123", "98765 43210", "98765 43210", "+91 98765 43210"],
            "country": ["GB", "US", "IN", "GB", None],
        }
    )
    listed = ng.NumberSet(["+44 7400 123456", "+1 202 555 0123", "98765 43210"])
    matches = [447400123456, 12025550123, 919876543210, 919876543210]
    pa.parquet.write_table(rows, tmp_path / "calls.parquet")
    pa.csv.write_csv(rows, tmp_path / "calls.csv")
    categories = rows.set_column(1, "country", rows["country"].dictionary_encode())
    pa.parquet.write_table(categories, tmp_path / "categories.parquet")
    files = [tmp_path / name for name in ("calls.parquet", "calls.csv", "categories.parquet")]
    for source in (rows, categories, *files):
        found = ng.scan(source, {"caller": listed}, region_column="country")
        assert found.read_all()["caller_match"].to_pylist() == matches
        assert found.summary.rows == 5
        kept = ng.scan(source, {"caller": listed}, region_column="country", columns=["caller"])
        assert kept.read_all().column_names == ["caller", "caller_match"]
    unknown = rows.set_column(1, "country", pa.array(["XX"] * 5))
    found = ng.scan(unknown, {"caller": listed}, region_column="country")
    assert found.read_all()["caller_match"].to_pylist() == [919876543210]
    assert found.summary.refused == {"caller": {"unknown_region": 4}}
    with pytest.raises(ng.errors.ColumnError):
        ng.scan(rows, {"caller": listed}, region_column="land")


def test_the_registry_says_that_it_is_india_s() -> None:
    sightings = pa.table({"served_msisdn": ["07400 123456"], "imei": ["490154203237518"]})
    with ng.Registry(by="HC 1") as registry, pytest.raises(ArgumentError, match="India"):
        registry.expand(sightings, ng.LinkPolicy(), at=None, region="GB")
