"""Errors and warnings: typed, and without passwords, numbers or text that a spreadsheet runs."""

from __future__ import annotations

import json
import os
import re
import stat
import subprocess
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pv
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

import numguard as ng
from numguard.errors import ArgumentError, ColumnError, NumguardError, UnsupportedTypeError
from numguard.number_list import read_numbers
from numguard.registry.log.address import is_address
from registry_cases import complaint, complaints
from warm import NUMGUARD

ADDRESSES = [
    "Postgresql://desk:s3cret@host/cases",
    " postgresql://desk:s3cret@host/cases",
    "postgresql+psycopg://desk:s3cret@host/cases",
    "postgresql:/desk:s3cret@host/cases",
    "mysql://desk:s3cret@host/cases",
    "jdbc:postgresql://host/cases?password=s3cret",
    "host=db user=desk password=s3cret",
    "PASSWORD = s3cret dbname=cases",
    "desk:s3cret@host/cases",
]


def run(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [*NUMGUARD, *map(os.fspath, arguments)]
    return subprocess.run(
        command,
        capture_output=True,
        text=True,
        errors="surrogateescape",
        check=False,
        env={**os.environ, **environment},
    )


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_address_in_any_spelling_is_not_quoted(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ArgumentError, match="not shown") as raised:
        ng.Registry(address, by="HC 1234")
    assert "s3cret" not in str(raised.value)
    for verb in (["verify"], ["history", "98765 43210"], ["export", "a.csv", "--by", "HC 1234", "--to", "DoT"]):
        done = run(*verb, "--registry", address)
        assert (done.returncode, "s3cret" in done.stdout + done.stderr) == (2, False)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("address", ["postgresql://desk:s3cret@host/cases", "postgresql://host/cases?password=s3cret"])
def test_an_address_in_place_of_a_file_shows_no_password(address: str, tmp_path: Path) -> None:
    listed, registry = tmp_path / "list.csv", tmp_path / "cases.db"
    listed.write_text("msisdn\n919876543210\n")
    for arguments in (
        ["complaints", "add", address, "--registry", registry, "--by", "HC 1"],
        ["scan", address, "--numbers", listed, "--column", "msisdn"],
        ["lists", "diff", address, listed],
        ["normalize", address],
        ["cdr", "read", address],
    ):
        done = run(*arguments)
        assert done.returncode != 0
        assert "host/cases" in done.stderr or "is not read" in done.stderr
        assert "s3cret" not in done.stdout + done.stderr


@given(st.sampled_from(["cases.db", "a/b c.db", "./x=1.db", "C.db", "case 12 (final).db", r"C:\a@b.in\c.db"]))
def test_a_path_is_no_address(path: str) -> None:
    assert not is_address(path)


def test_a_keyed_list_names_no_input(tmp_path: Path) -> None:
    with ng.Registry(by="HC 1234") as registry:
        registry.add_complaints(complaints(complaint("1", "9123456789")), name="victim 9812345678.csv")
        listed = registry.export(tmp_path / "list.csv", to="a bank", key=bytes(range(32)))
    assert "9812345678" not in (tmp_path / "list.csv.manifest.json").read_text()
    assert [sorted(entry) for entry in listed.manifest["inputs"]] == [["bytes", "records", "sha256", "verb"]]


def test_what_a_caller_names_runs_in_no_spreadsheet(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    with ng.Registry(by="HC 1234") as registry:
        registry.add_complaints(complaints(complaint("1", "9123456789")))
        registry.export(path, to="DoT", title=["=1+1", "of the desk"], columns={"msisdn": "=2+2", "reason": "+why"})
    assert path.read_text().splitlines()[:3] == ['"\'=1+1"', '"of the desk"', '"\'=2+2","\'+why"']


def test_messages_hold_no_number(tmp_path: Path) -> None:
    number, listed = "9876543210", ng.NumberSet(["9876543210"])
    table = pa.table({number: [number]})
    answer = tmp_path / "answer.json"
    answer.write_text(json.dumps({"status": int(number), "payload": None}))
    of_mobile = pa.table({"mobile": [number]})
    more = of_mobile.append_column(number, pa.array([1]))
    other = of_mobile.append_column(number, pa.array(["x"]))
    fields = [of_mobile.append_column("of", pa.array([{number[:9] + end: 1}])) for end in "01"]
    pairs: list[list[Path]] = []
    for k, tables in enumerate([(of_mobile, more), (more, other), fields]):
        pairs.append([tmp_path / f"{k}_1.parquet", tmp_path / f"{k}_2.parquet"])
        for table, path in zip(tables, pairs[-1], strict=True):
            pq.write_table(table, path)
    twice = pa.Table.from_arrays([pa.array([number])] * 2, names=[number] * 2)
    below = tmp_path / "below.csv"
    below.write_text(f"Case,,Account {number},\nName,Ref,Mobile,Bank\nA,1,{number},X\nB,2,{number},X\n")
    calls: list[Callable[[], Any]] = [
        lambda: ng.scan(table, {number: listed}, at=number, since={"9876543211": listed}),
        lambda: ng.scan(table, {number: listed}, at=number, since={number: listed}),
        lambda: ng.scan(table, {number: number}),
        lambda: ng.Registry().block_list().write(tmp_path / "a.csv", columns=[number]),
        lambda: ng.scan(answer, {"mobile": listed}).read_all(),
        lambda: ng.Registry().add_complaints(answer),
        lambda: ng.scan(twice, {number: listed}).read_all(),
        lambda: ng.scan(table.append_column(f"{number}_match", table[0]), {number: listed}).read_all(),
        lambda: ng.read_numbers(below),
        *(lambda pair=pair: ng.scan(pair, {"mobile": listed}).read_all() for pair in pairs),
        *(lambda pair=pair: ng.scan(map(pq.read_table, pair), {"mobile": listed}).read_all() for pair in pairs[1:]),
    ]
    for call in calls:
        with pytest.raises(NumguardError) as raised:
            call()
        assert not re.search(r"\d{7}", str(raised.value)), raised.value


@pytest.mark.parametrize("key", [b"a" * 32, b"abcd" * 8, b"0123456789abcde", b"0" * 64, b"121212121212121213", b""])
def test_a_key_that_can_be_guessed_is_refused(key: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ArgumentError, match="openssl"):
        ng.keyed_hash(["9876543210"], key)
    monkeypatch.setenv("SHARED_KEY", key.decode())
    with pytest.raises(ArgumentError, match="openssl"):
        ng.read_key(variable="SHARED_KEY")


@given(st.binary(min_size=16, max_size=16).filter(lambda key: len(set(key)) > 8))
def test_keys_as_they_are_drawn_are_taken(key: bytes) -> None:
    for spelled in (key, key.hex().encode()):
        if len(set(spelled)) > 6:
            assert ng.keyed_hash(["98765"], spelled).null_count == 1


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o666])
def test_a_key_that_others_can_read_is_refused(mode: int, tmp_path: Path) -> None:
    file = tmp_path / "shared.key"
    file.write_text("0f1e2d3c4b5a69788796a5b4c3d2e1f0\n")
    file.chmod(mode)
    with pytest.raises(ArgumentError, match="chmod 600"):
        ng.read_key(file=file)
    file.chmod(0o600)
    assert ng.read_key(file=file) == b"0f1e2d3c4b5a69788796a5b4c3d2e1f0"


BROKEN = "a\udcff"


def test_text_that_is_not_utf8_is_a_typed_error(tmp_path: Path) -> None:
    registry = ng.Registry(by="HC 1234")
    listed = ng.NumberSet(["9876543210"])
    rows = pa.table({"a": ["9876543210"]})
    calls: list[Callable[[], Any]] = [
        lambda: ng.Registry(by=BROKEN),
        lambda: ng.Registry(tmp_path / f"{BROKEN}.db", by="HC 1234"),
        lambda: ng.Registry(f"{tmp_path}/a\x00.db", by="HC 1234"),
        lambda: registry.decide(["9876543210"], "confirmed", BROKEN),
        lambda: registry.history(BROKEN),
        lambda: registry.export(tmp_path / "a.csv", to=BROKEN),
        lambda: registry.export(tmp_path / "a.csv", to="DoT", title=[BROKEN]),
        lambda: registry.export(tmp_path / f"{BROKEN}.csv", to="DoT"),
        lambda: registry.report(tmp_path / "a.html", title=BROKEN),
        lambda: registry.add_complaints(complaints(complaint("1", "9123456789")), name=BROKEN),
        lambda: ng.scan(rows, {"a": listed}).write(tmp_path / f"{BROKEN}.csv"),
        lambda: ng.read_key(file=tmp_path / BROKEN),
    ]
    for call in calls:
        with pytest.raises(NumguardError):
            call()
    assert list(tmp_path.iterdir()) == []


OF_SOURCES: dict[str, tuple[str, ...]] = {
    "changes": ("changes",),
    "common": ("common", "--at-least", "1"),
    "expand": ("expand", "--seeds", "list.csv"),
    "cdr": ("cdr", "read"),
    "scan": ("scan", "--numbers", "list.csv", "-c", "served_msisdn"),
    "normalize": ("normalize", "-c", "served_msisdn"),
    "explain": ("explain", "-c", "served_msisdn"),
    "list": ("lists", "diff", "list.csv"),
}


@pytest.mark.parametrize("verb", OF_SOURCES)
@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_a_source_whose_name_is_not_utf8_is_an_error_that_says_so(tmp_path: Path, verb: str, ending: str) -> None:
    """It was called a content that is not UTF-8, or an error after the first rows."""
    path = tmp_path / f"k\udce9.{ending}"
    rows = pa.table({"served_msisdn": ["9876543210"], "imei14": ["490154203237518"], "at": ["2026-06-01"]})
    with path.open("wb") as file:
        pv.write_csv(rows, file) if ending == "csv" else pq.write_table(rows, file)
    (tmp_path / "list.csv").write_text("msisdn\n9876543210\n")
    arguments = [tmp_path / one if one == "list.csv" else one for one in OF_SOURCES[verb]]
    done = run(*arguments, path)
    message = done.stderr.splitlines()[-1]
    assert (done.returncode, done.stdout) == (3, "")
    assert message == f"numguard: {tmp_path}/k\\xe9.{ending}: the name of this file is not UTF-8: rename it"
    done = run(*arguments, tmp_path / "k*")
    assert (done.returncode, done.stdout, done.stderr.splitlines()[-1]) == (3, "", message)


def test_a_bad_name_is_skipped_as_a_bad_file(tmp_path: Path) -> None:
    for name in ("k\udce9.csv", "l.csv"):
        (tmp_path / name).write_text("a\n9876543210\n")
    scan = ng.scan(tmp_path, {"a": ng.NumberSet(["9876543210"])}, on_error="skip")
    assert scan.read_all().num_rows == 1
    assert [one.file for one in scan.summary.skipped] == [f"{tmp_path}/k\\xe9.csv"]
    assert len(scan.refused_lines) == 0


def test_a_file_whose_name_is_not_utf8_is_taken_in(tmp_path: Path) -> None:
    sheet = tmp_path / f"{BROKEN}.csv"
    sheet.write_text("acknowledgement_no,source,suspect_mobiles\n1,1930,9876543210\n")
    registry = tmp_path / "cases.db"
    done = run("complaints", "add", sheet, "--registry", registry, "--by", "HC 1234")
    assert (done.returncode, "Traceback" in done.stderr) == (0, False)
    with ng.Registry(registry) as opened:
        assert opened.history("9876543210")["file"].to_pylist() == ["a?.csv"]
    done = run("complaints", "add", sheet, "--registry", registry, "--by", BROKEN)
    assert (done.returncode, "Traceback" in done.stderr) == (2, False)


def test_what_the_system_refuses_is_a_typed_error(tmp_path: Path) -> None:
    (tmp_path / "taken.csv").mkdir()
    (tmp_path / "taken.html").mkdir()
    (tmp_path / "file").touch()
    listed = ng.NumberSet(["9876543210"])
    rows = pa.table({"a": ["9876543210"]})
    registry = ng.Registry(by="HC 1234")
    for path in (tmp_path / "taken", tmp_path / "file" / "a", tmp_path / "none" / "a", tmp_path / ("x" * 300)):
        calls: list[Callable[[], Any]] = [
            lambda path=path: ng.scan(rows, {"a": listed}).write(f"{path}.csv"),
            lambda path=path: registry.report(f"{path}.html"),
            lambda path=path: registry.export(f"{path}.csv", to="DoT"),
            lambda path=path: listed.save(tmp_path / "taken.csv" if path.name == "taken" else path),
        ]
        for call in calls:
            with pytest.raises(NumguardError) as raised:
                call()
            assert isinstance(raised.value, OSError)
    assert stat.S_ISDIR((tmp_path / "taken.csv").stat().st_mode)
    assert registry._case.store.head() == 0


HALF = "\ud800x"
SEEN = pa.table({"a": ["9876543210"]})
LISTED = ng.NumberSet(["9876543210"])


@pytest.mark.parametrize(
    "call",
    [
        lambda: LISTED.save(HALF),
        lambda: ng.NumberSet.open(HALF),
        lambda: ng.ImeiSet.open(HALF),
        lambda: ng.normalize(["9876543210"], region=HALF),  # type: ignore[arg-type]
        lambda: ng.format(ng.normalize(["9876543210"]), HALF),  # type: ignore[arg-type]
        lambda: ng.scan(SEEN, {HALF: LISTED}).read_all(),
        lambda: ng.scan(SEEN, {"a": LISTED}, columns=[HALF]).read_all(),
        lambda: ng.scan(SEEN, {"a": LISTED}, at=HALF, since={}).read_all(),
        lambda: ng.scan(HALF, {"a": LISTED}),
        lambda: ng.scan(SEEN, {"a": LISTED}).write(f"{HALF}.csv"),
        lambda: ng.expand(["9876543210"], SEEN, msisdn=HALF),
        lambda: ng.read_cdr(HALF),
    ],
)
def test_half_a_character_is_an_error_of_this_package(call: Callable[[], object]) -> None:
    with pytest.raises(NumguardError):
        call()


def test_a_warning_of_a_file_without_a_header_holds_no_cell_of_it() -> None:
    national = pa.table({"98765432": pa.array([9876543210] * 100, pa.uint64()), "imei14": ["490154203237518"] * 100})
    with warnings.catch_warnings(record=True) as raised:
        warnings.simplefilter("always")
        ng.scan(national, {"98765432": LISTED}).read_all()
        ng.expand(["9876543210"], national, msisdn="98765432")
    assert "98765" not in repr(ng.scan(national, {"98765432": LISTED}))
    messages = [str(warning.message) for warning in raised]
    assert [text for text in messages if "UInt64 is taken for E.164" in text] == messages
    assert len(messages) == 2
    assert not [text for text in messages if "98765" in text]


def test_an_error_of_a_list_or_a_scan_says_which_file_and_what_may_be_wrong(tmp_path: Path) -> None:
    listed = tmp_path / "list.parquet"
    pq.write_table(pa.table({"msisdn": [["9876543210"]]}), listed)
    with pytest.raises(UnsupportedTypeError, match=r"list\.parquet: column 'msisdn': a column of type List"):
        read_numbers(listed)
    calls = tmp_path / "calls.csv"
    calls.write_text("9876543210,9000000001\n9812345678,9000000001\n")
    with pytest.raises(ColumnError, match=r"calls\.csv: no column 'caller'.*may have no header") as raised:
        ng.scan(calls, {"caller": ng.NumberSet(["9876543210"])})
    assert "9876543210" not in str(raised.value)


@pytest.mark.parametrize(
    "wrong", [5, [1], {"a": 1}, b"x", Path("list.csv"), object()], ids=lambda one: type(one).__name__
)
def test_an_argument_of_another_kind_is_an_error_that_names_it(tmp_path: Path, wrong: Any) -> None:
    path = tmp_path / "list.csv"
    path.write_text("msisdn\n9876543210\n")
    rows, sets = pa.table({"msisdn": ["9876543210"], "imei14": ["35824005111111"]}), {"msisdn": ng.NumberSet([])}
    calls: dict[str, list[Callable[[], object]]] = {
        "layout": [lambda: ng.read_cdr(path, layout=wrong)],
        "column": [lambda: ng.read_numbers(path, column=wrong), lambda: ng.read_imeis(path, column=wrong)],
        "progress": [
            lambda: ng.expand(["9876543210"], rows, msisdn="msisdn", progress=wrong),
            lambda: ng.scan(rows, sets, progress=wrong),
        ],
    }
    if not isinstance(wrong, dict):  # whose names are texts
        calls["columns"] = [lambda: ng.scan(rows, sets, columns=wrong)]
        calls["actions"] = [lambda: ng.read_numbers(path, actions=wrong)]
        calls["kinds"] = [lambda: ng.ListPolicy(kinds=wrong)]
    registry = ng.Registry(by="HC 1234")
    calls["district"] = [lambda: registry.block_list(district=wrong), lambda: registry.handsets(district=wrong)]
    calls["statuses"] = [lambda: registry.numbers(wrong)]
    if not isinstance(wrong, Path):
        calls["file"] = [lambda: ng.read_key(file=wrong)]
    for name, each in calls.items():
        for call in each:
            with pytest.raises(ArgumentError, match=rf"^{name}\b.*: takes "):
                call()
    registry.close()
    assert ng.scan(rows, sets, all_rows=1).read_all().num_rows == 1  # type: ignore[arg-type]


@pytest.mark.parametrize("region", [5, ["IN", 5], b"IN", pa.scalar("IN"), object()])
def test_the_error_of_what_is_no_region_names_the_argument(region: Any) -> None:
    with pytest.raises(ArgumentError, match=r"^region: takes a region of numguard"):
        ng.normalize(["9876543210"], region=region)


def test_a_scalar_of_text_is_no_column_of_its_letters() -> None:
    with pytest.raises(UnsupportedTypeError, match="not a single one"):
        ng.normalize(pa.scalar("9876543210"))
    assert ng.normalize(pa.scalar(["9876543210"])).to_pylist() == [919876543210]
