"""Keyed hashes: equal to those of other tools, without numbers, and two offices find the numbers that both have."""

from __future__ import annotations

import csv
import hashlib
import json
import shutil
import subprocess
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.styles import Font

import numguard as ng
from numguard.cli import run
from numguard.errors import ArgumentError, FileMissingError
from numguard.indian_time import IST
from numguard.keyed import HASHED, key_check
from registry_cases import complaint, complaints
from registry_stores import make_older
from warm import numguard
from workbooks import book_of

KEY = b"0123456789abcdef0123456789abcdef"
A, B = 919876543210, 919123456789


def by_hand(number: int, key: bytes) -> str:
    """HMAC as in RFC 2104."""
    key = hashlib.sha256(key).digest() if len(key) > 64 else key
    key = key.ljust(64, b"\0")
    inner = hashlib.sha256(bytes(b ^ 0x36 for b in key) + str(number).encode()).digest()
    return hashlib.sha256(bytes(b ^ 0x5C for b in key) + inner).hexdigest()


@settings(deadline=None)
@given(
    st.lists(st.one_of(st.none(), st.integers(916000000000, 919999999999)), max_size=20),
    st.binary(max_size=80).map(lambda key: bytes(range(240, 256)) + key),
)
def test_it_is_hmac_sha256_of_the_digits(numbers: list[int | None], key: bytes) -> None:
    column = pa.array(numbers, pa.uint64())
    expected = [None if number is None else by_hand(number, key) for number in numbers]
    assert ng.keyed_hash(column, key).to_pylist() == expected
    assert ng.keyed_hash(pa.chunked_array([column, column.slice(0, 1)]), key).to_pylist() == expected + expected[:1]


@pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl here")
def test_openssl_gives_the_same(tmp_path: Path) -> None:
    (tmp_path / "number").write_text(str(A))
    run = subprocess.run(
        ["openssl", "dgst", "-sha256", "-mac", "HMAC", "-macopt", f"key:{KEY.decode()}", str(tmp_path / "number")],
        capture_output=True,
        text=True,
        check=True,
    )
    assert ng.keyed_hash(["+91 98765 43210"], KEY).to_pylist() == [run.stdout.split()[-1]]


def test_all_forms_of_a_number_have_one_hash_and_a_refused_cell_has_none() -> None:
    hashes = ng.keyed_hash(["98765 43210", "+91-98765-43210", "98765O3210", None, "919876543210"], KEY).to_pylist()
    assert hashes == [hashes[0], hashes[0], None, None, hashes[0]]
    assert ng.keyed_hash(["98765 43210"], KEY + b"!").to_pylist() != hashes[:1]
    assert ng.keyed_hash(["919876543210"], KEY, region=None).to_pylist() == hashes[:1]
    assert ng.keyed_hash([], KEY).to_pylist() == []


def test_handsets_are_no_numbers() -> None:
    with pytest.raises(ArgumentError, match="takes numbers, not an ImeiSet"):
        ng.keyed_hash(ng.ImeiSet(["490154203237518"]), b"0123456789abcdef" * 2)  # type: ignore[arg-type]


def test_a_key_is_read_from_a_file_or_a_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "shared.key"
    file.write_bytes(KEY + b"\r\n")
    file.chmod(0o600)
    monkeypatch.setenv("SHARED_KEY", KEY.decode() + "\n")
    monkeypatch.setenv("SHORT", "secret")
    assert ng.read_key(file=file) == ng.read_key(variable="SHARED_KEY") == KEY
    with pytest.raises(FileMissingError, match=r"none\.key"):
        ng.read_key(file=tmp_path / "none.key")
    marked = tmp_path / "marked.key"
    marked.write_bytes(KEY.decode().encode("utf-16"))
    marked.chmod(0o600)
    for call in (
        lambda: ng.read_key(file=marked),
        lambda: ng.read_key(),
        lambda: ng.read_key(file=file, variable="SHARED_KEY"),
        lambda: ng.read_key(variable="NOT_SET_ANYWHERE"),
        lambda: ng.read_key(variable="SHORT"),
        lambda: ng.keyed_hash(["9876543210"], b"secret"),
        lambda: ng.keyed_hash(["9876543210"], KEY.decode()),  # type: ignore[arg-type]
    ):
        with pytest.raises(ArgumentError) as error:
            call()
        assert "secret" not in str(error.value)


@pytest.fixture
def case(desk: Path) -> Path:
    Path("shared.key").write_bytes(KEY)
    Path("shared.key").chmod(0o600)
    with ng.Registry("cases.db", by="HC 1234") as registry:
        registry.add_complaints(
            pa.table(
                {
                    "acknowledgement_no": ["1", "2"],
                    "source": ["1930"] * 2,
                    "suspect_mobiles": ["9876543210", "9123456789"],
                }
            )
        )
        registry.expand(pa.table({"served_msisdn": ["9876543210", "7776665554"], "imei14": ["35824005111111"] * 2}))
        registry.decide([str(A)], "confirmed", "caller of 98765 43210 known by voice")
    return desk


def test_what_has_no_keyed_form_is_not_keyed(case: Path) -> None:
    with ng.Registry(case / "cases.db", by="HC 1234") as registry:
        with pytest.raises(ArgumentError, match="keyed: the list is keyed already"):
            registry.block_list().keyed(KEY).keyed(KEY)
        with pytest.raises(ArgumentError, match="keyed: a list of handsets has no keyed form"):
            registry.handsets().keyed(KEY)


def test_a_list_of_hashes_names_no_number(case: Path) -> None:
    assert numguard("export", "shared.csv", "--to", "Bank", "--key-file", "shared.key").returncode == 0
    written = b"".join(path.read_bytes() for path in case.glob("shared.csv*"))
    for secret in (b"98765", b"91234", b"77766", b"358240", KEY):
        assert secret not in written
    with Path("shared.csv").open(newline="") as lines:
        rows = list(csv.DictReader(lines))
    hashes = [row[HASHED] for row in rows]
    # In the order of the numbers, two known neighbours would reveal roughly where the number between them is.
    assert hashes == sorted(by_hand(number, KEY) for number in (A, B, 917776665554))
    assert not {"reason", "via_imei", "msisdn"} & set(rows[0])
    manifest = json.loads(Path("shared.csv.manifest.json").read_text())
    assert (manifest["hash"], manifest["key_check"]) == ("HMAC-SHA-256", key_check(KEY))
    with ng.Registry("cases.db", by="HC 1234") as registry:
        assert registry.numbers("requested").to_array().to_pylist() == [B, A]
        made = registry.block_list()
        registry.decide([str(B)], "protected", "a doctor's")
        with pytest.raises(ng.NumguardError, match="protected"):
            made.keyed(KEY).write("late.csv")


def test_a_bank_finds_its_own_customers(case: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    numguard("export", "shared.csv", "--to", "Bank", "--key-file", "shared.key")
    rows = "A,098765-43210\nX,9000000001\nB,+91 91234 56789\nC,98765O3210\nL,77766 65554\n"
    Path("customers.csv").write_text(f"name,mobile\n{rows}")
    monkeypatch.setenv("SHARED_KEY", KEY.decode())
    run = numguard(
        "keyed", "customers.csv", "-c", "mobile", "--key-env", "SHARED_KEY", "--list", "shared.csv", "-o", "hits.csv"
    )
    others = "shared.csv: 2 numbers\nshared.csv: 1 row with another action left out\n"
    assert (run.returncode, run.stderr) == (0, f"{others}5 rows, 2 hits, 1 without a number\n")
    assert [line.split(",")[0] for line in Path("hits.csv").read_text().splitlines()[1:]] == ['"A"', '"B"']
    # L was only linked, and is to be verified again, not blocked.
    by_file = ("keyed", "customers.csv", "-c", "mobile", "--key-file", "shared.key")
    run = numguard(*by_file, "--list", "shared.csv", "--action", "reverify")
    assert [row["name"] for row in csv.DictReader(run.stdout.splitlines())] == ["L"]
    run = numguard("keyed", "customers.csv", "-c", "mobile", "--key-file", "shared.key")
    assert [row[HASHED] for row in csv.DictReader(run.stdout.splitlines())] == [
        by_hand(A, KEY), by_hand(919000000001, KEY), by_hand(B, KEY), "", by_hand(917776665554, KEY),
    ]  # fmt: skip
    # With another key nothing matches, and there is no error if the manifest, which has the key's check, is missing.
    Path("shared.csv.manifest.json").unlink()
    monkeypatch.setenv("SHARED_KEY", "another key of good length")
    run = numguard("keyed", "customers.csv", "-c", "mobile", "--key-env", "SHARED_KEY", "--list", "shared.csv")
    assert run.stderr == f"{others}5 rows, 0 hits, 1 without a number\n"


def test_numbers_to_be_released_are_not_hits(case: Path) -> None:
    numguard("export", "shared.csv", "--to", "Bank", "--key-file", "shared.key")
    with ng.Registry("cases.db", by="HC 1234") as registry:
        registry.decide([str(A)], "withdrawn", "the complaint was false")
        registry.export("change.csv", replace=True, to="Bank", since="last", key=KEY)
    Path("customers.csv").write_text("mobile\n9876543210\n")
    run = numguard("keyed", "customers.csv", "--key-file", "shared.key", "--list", "change.csv")
    others = (
        "change.csv: 0 numbers\nchange.csv: 2 rows with another action left out\n"
        "change.csv: has only what changed since an earlier list: numbers that did not change are not in it\n"
    )
    assert run.stderr == f"{others}1 row, 0 hits, 0 without a number\n"
    Path("days").mkdir()
    for name in ("shared.csv", "change.csv"):
        lines = Path(name).read_text().splitlines()
        last = slice(None, -1 if name == "change.csv" else None)
        (Path("days") / name).write_text("".join(",".join(line.split(",")[last]) + "\n" for line in lines))
    run = numguard("keyed", "customers.csv", "--key-file", "shared.key", "--list", "days")
    assert (run.returncode, "another row of the list has to block" in run.stderr) == (3, True)
    renamed = Path("change.csv").read_text().replace('"action"', '"what to do"')
    Path("renamed.csv").write_text(renamed.replace('"reverify"', '"block"'))
    run = numguard("keyed", "customers.csv", "--key-file", "shared.key", "--list", "renamed.csv")
    assert (run.returncode, "has the actions of a block list: name it 'action'" in run.stderr) == (3, True)


def test_a_keyed_list_is_checked_as_other_lists_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SHARED_KEY", KEY.decode())
    Path("customers.csv").write_text("mobile\n9876543210\n")
    call = ("keyed", "customers.csv", "--key-env", "SHARED_KEY", "--list")
    book = book_of([HASHED, "reason"], [by_hand(A, KEY), "struck"], [by_hand(B, KEY), "meant"])
    book.worksheets[0]["A2"].font = Font(strike=True)
    book.save("struck.xlsx")
    Path("beside.csv").write_text(f"{HASHED},Is victim\n{by_hand(A, KEY)},Yes\n")
    Path("below.csv").write_text(f"{HASHED},reason\n{by_hand(B, KEY)},x\nVictims,\n{by_hand(A, KEY)},x\n")
    for name, why in (
        ("struck.xlsx", "the number in row 2 is struck out"),
        ("beside.csv", "'Is victim' says in row 2"),
        ("below.csv", "row 3 is a heading of victims"),
    ):
        assert run([*call, name]) == 3
        assert why in capsys.readouterr().err
    Path("without.csv").write_text(f"{HASHED},reason\n{by_hand(A, KEY)},x\n12,x\n,x\n")
    assert run([*call, "without.csv", "-o", "hits.csv"]) == 0
    assert "1 number; left out: empty 1, not_a_hash 1" in capsys.readouterr().err
    assert run([*call, "without.csv", "--strict"]) == 3


def test_the_files_of_a_keyed_list(case: Path) -> None:
    Path("customers.csv").write_text("mobile\n9876543210\n")
    for arguments, code in (
        (("customers.csv",), 2),
        (("customers.csv", "--key-env", "NOT_SET_ANYWHERE"), 2),
        (("customers.csv", "--key-file", "none.key"), 3),
        (("customers.csv", "--key-file", "shared.key", "--list", "customers.csv"), 3),
    ):
        run = numguard("keyed", *arguments)
        assert (run.returncode, run.stdout) == (code, "")


OTHER = b"fedcba9876543210fedcba9876543210"


def test_a_list_under_another_key_is_refused_by_its_manifest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with ng.Registry(by="HC 1234") as registry:
        registry.add_complaints(complaints(complaint("1", "9876543210")))
        registry.export(tmp_path / "list.csv", to="Bank", key=KEY)
    (tmp_path / "customers.csv").write_text("mobile\n9876543210\n")
    for name, key in (("shared.key", KEY), ("other.key", KEY[::-1])):
        (tmp_path / name).write_bytes(key)
        (tmp_path / name).chmod(0o600)
    call = ("keyed", "customers.csv", "-c", "mobile", "--list", "list.csv", "--key-file")
    assert "1 hit" in numguard(*call, "shared.key").stderr
    run = numguard(*call, "other.key")
    assert (run.returncode, run.stdout, "list.csv was written under another key" in run.stderr) == (2, "", True)
    # Without a manifest the key of a list is unknown.
    (tmp_path / "list.csv.manifest.json").write_text("[]")
    assert "0 hits" in numguard(*call, "other.key").stderr


def test_a_change_is_under_the_key_of_the_list_before_it(store: str, tmp_path: Path) -> None:
    with ng.Registry(store, by="HC 1234") as registry:
        registry.add_complaints(complaints(complaint("1", "98765 43210, 91234 56789")))

        def send(name: str, to: str, key: bytes | None, since: object = "last") -> dict[str, object]:
            return registry.export(tmp_path / name, to=to, since=since, key=key).manifest  # type: ignore[arg-type]

        # The first list is a whole one, under any key.
        first = send("1.csv", "Bank", KEY)
        send("2.csv", "DoT", None)
        moment = datetime.now(tz=IST)
        registry.decide([str(A)], "withdrawn", "the complaint was false")
        events = registry.verify().events
        for to, key, since, problem in (
            ("Bank", OTHER, "last", "another key.*use its key, or write a whole list, without since="),
            ("Bank", OTHER, first["export"], "another key"),
            ("Bank", OTHER, moment, "another key"),
            ("Bank", None, "last", "has keyed hashes, and this change would have the numbers"),
            ("DoT", KEY, "last", "has the numbers, and this change would have keyed hashes; leave the key out"),
        ):
            with pytest.raises(ArgumentError, match=problem) as caught:
                send("refused.csv", to, key, since)
            assert not any(text in str(caught.value) for text in (KEY.decode(), OTHER.decode(), str(A)))
        assert registry.verify().events == events
        assert not (tmp_path / "refused.csv").exists()
        for to, key in (("Bank", KEY), ("DoT", None)):
            assert send(f"{to}.csv", to, key)["actions"] == {"release": 1}
        # A whole list takes the place of those before it, and begins another row of changes.
        send("whole.csv", "Bank", OTHER, None)
        with pytest.raises(ArgumentError, match="another key"):
            send("refused.csv", "Bank", KEY)
        registry.decide([str(B)], "withdrawn", "the other one too")
        assert send("change.csv", "Bank", OTHER)["actions"] == {"release": 1}


def test_the_key_of_a_list_from_before_keys_were_recorded_is_unknown(tmp_path: Path) -> None:
    path = tmp_path / "cases.db"
    with ng.Registry(path, by="HC 1234") as registry:
        registry.add_complaints(complaints(complaint("1", "98765 43210, 91234 56789")))
        for to, key in (("Bank", KEY), ("DoT", None)):
            registry.export(tmp_path / f"{to}.csv", to=to, key=key)
        # Of a time without digests too, which would be over the keys.
        make_older(registry, 3)
    with ng.Registry(path, by="HC 1234") as registry:
        registry.decide([str(A)], "withdrawn", "the complaint was false")
        # The right key or another one: its releases might match nothing.
        for key in (KEY, OTHER):
            with pytest.raises(ArgumentError, match="its key is unknown; write a whole list, without since="):
                registry.export(tmp_path / "change.csv", to="Bank", since="last", key=key)
        # Numbers can be matched with any list, so that the receivers of numbers go on as before.
        change = registry.export(tmp_path / "change.csv", to="DoT", since="last")
        assert change.manifest["actions"] == {"release": 1}
        registry.export(tmp_path / "whole.csv", to="Bank", key=KEY)
        registry.decide([str(B)], "withdrawn", "the other one too")
        # The bank has no release of the first number yet: a whole list has no rows to release.
        for to, key, releases in (("Bank", KEY, 2), ("DoT", None, 1)):
            change = registry.export(tmp_path / f"{to}-2.csv", to=to, since="last", key=key)
            assert change.manifest["actions"] == {"release": releases}
