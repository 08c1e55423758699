"""Where a row was: cells, circles and coordinates in every written form, and what of them is refused."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from numguard.cdr import PLACE_NOTES, read_cdr
from numguard.cdr.circles import CIRCLES, circle
from numguard.cdr.coordinates import COORDINATE_NOTES, of_address, of_pair, of_two

SURAT = (21.29669, 72.8915)
NUMBER, IMEI = "9876543210", "358967101234560"


@pytest.mark.parametrize(
    "written",
    [
        "21.29669/72.8915",
        " 21.29669 / 72.8915 ",
        "+21.29669/+72.8915",
        "21.29669,72.8915",
        "21.29669; 72.8915",
        "21.29669|72.8915",
        "21.29669 72.8915",
        "21.29669N/72.8915E",
        "N 21.29669, E 72.8915",
        "72.8915E 21.29669N".replace(" ", "/"),
        "21.29669°N/72.8915°E",
        "21°17'48.084\"N/72°53'29.4\"E",
        "21° 17' 48.084\" N, 72° 53' 29.4\" E",
        "21º17\u203248.084\u2033N; 72º53\u203229.4\u2033E",
        "21-17-48.084/72-53-29.4",
        "21 17 48.084 N/72 53 29.4 E",
        "21:17:48.084/72:53:29.4",
        "21 deg 17 min 48.084 sec/72 deg 53 min 29.4 sec",
        "21 17.8014/72 53.49",
        "21°17\u203248.084\u2033N 72°53\u203229.4\u2033E",
        "N21.29669 E72.8915",
        "(21.29669, 72.8915)",
        "Lat-21.29669; Long-72.8915",
        "Tower A, Surat; Latitude: 21.29669 Longitude: 72.8915",
        "LONG=72.8915 LAT=21.29669",
    ],
)
def test_written_forms_of_one_place(written: str) -> None:
    found = of_pair(written)
    assert found.note is None
    assert (found.latitude, found.longitude) == pytest.approx(SURAT, abs=1e-6)


@pytest.mark.parametrize(
    ("written", "note"),
    [
        ("72.8915/21.29669", "swapped_coordinates"),
        ("Lat 72.8915 Long 21.29669", "swapped_coordinates"),
        ("0/0", "zero_coordinates"),
        ("0.0/0.00000", "zero_coordinates"),
        ("21.29669/0", "zero_coordinates"),
        ("21.29669/", "half_coordinates"),
        ("/72.8915", "half_coordinates"),
        ("21.29669/-", "half_coordinates"),
        ("Lat 21.29669", "half_coordinates"),
        ("51.50740/0.12780", "outside_india"),
        ("-21.29669/72.8915", "outside_india"),
        ("21.29669S/72.8915E", "outside_india"),
        ("2129669/7289150", "unreadable_coordinates"),
        ("21/72", "imprecise_coordinates"),
        ("21.3/72.9", "imprecise_coordinates"),
        ("21-17/72-53", "imprecise_coordinates"),
        ("21.29669E/72.8915E", "unreadable_coordinates"),
        ("21.29669-72.8915", "unreadable_coordinates"),
        ("21 17 72 53", "unreadable_coordinates"),
        ("21 17 N 72 53", "unreadable_coordinates"),
        ("21 17 48 72 53 29", "unreadable_coordinates"),
        ("21°61'48\"/72°53'29\"", "unreadable_coordinates"),
        ("21.5-17-48/72-53-29", "unreadable_coordinates"),
        ("-21.29669S/72.8915E", "unreadable_coordinates"),
        ("21.29.669/72.89.15", "unreadable_coordinates"),
        ("21.29669/72.8915/5", "unreadable_coordinates"),
        ("404-98-8331-230711555", "unreadable_coordinates"),
        ("Tower A", "unreadable_coordinates"),
        ("2.129669E+01/7.28915E+01", "unreadable_coordinates"),
        ("९८७/६५४", "outside_india"),
        ("Lat 21.29669 Lat 21.3 Long 72.8915", "unreadable_coordinates"),
    ],
)
def test_what_is_no_place_has_a_note(written: str, note: str) -> None:
    assert of_pair(written) == (None, None, note)
    assert note in COORDINATE_NOTES


@pytest.mark.parametrize("nothing", ["", "-", "---", "-/-", "/", ",", "NA", "N/A", "null", "NA/NA", " "])
def test_nothing_is_written(nothing: str) -> None:
    assert of_pair(nothing) == (None, None, None)
    assert of_two(nothing, "-") == (None, None, None)


def test_an_address_has_coordinates_only_with_labels() -> None:
    assert of_address("Lat Bhairo Road 21.29669/72.8915, Varanasi") == (None, None, None)
    assert of_address("Flat 12.5, Long Lane 4, Surat").note in {None, "half_coordinates"}
    assert of_address("Tower A; Kolkata; Lat-22.39711; Long-88.43938") == (22.39711, 88.43938, None)


def test_any_place_in_india_comes_back_from_any_form() -> None:
    random = Random(20)
    for _ in range(2000):
        north, east = round(random.uniform(6.01, 37.99), 6), round(random.uniform(68.01, 97.99), 6)

        def sexagesimal(degrees: float, mark: str) -> str:
            whole, rest = divmod(round(degrees * 3600, 4), 3600)
            return f"{whole:.0f}{mark}{rest // 60:.0f}{mark}{rest % 60:.4f}"

        forms = [f"{north:.6f}/{east:.6f}", f"{north:.6f} {east:.6f}", f"E{east:.6f},N{north:.6f}"]
        forms += [f"{sexagesimal(north, mark)}/{sexagesimal(east, mark)}" for mark in (" ", "-", ":")]
        for form in forms:
            found = of_pair(form)
            if "60.0000" in form:
                continue
            assert found.note is None, form
            assert (found.latitude, found.longitude) == pytest.approx((north, east), abs=2e-6), form
        assert of_pair(f"{east:.6f}/{north:.6f}").note == "swapped_coordinates"


def test_a_circle_has_one_name_however_it_is_written() -> None:
    assert len(CIRCLES) == 22
    spellings = [spelling for written in CIRCLES.values() for spelling in written]
    assert len(spellings) == len(set(spellings))
    for name, written in CIRCLES.items():
        for spelling in (name, *written):
            for form in (
                spelling,
                spelling.upper(),
                f"AIR {spelling}",
                f"BSNL - {spelling}",
                f"Voda-{spelling} Circle",
            ):
                assert circle(form) == name, form
    for other in ("", "XX", "Dubai", "Airtel", "Uttar Pradesh", "UP", "Delhi Bihar"):
        assert circle(other) is None, other


def read(tmp_path: Path, header: str, *cells: str) -> tuple[list[tuple[object, ...]], dict[str, dict[str, int]]]:
    path = tmp_path / "calls.csv"
    lines = [f'{NUMBER},{IMEI},0{1 + n}/06/2026,"{cell}"' for n, cell in enumerate(cells)]
    path.write_text("\n".join([f"MSISDN,IMEI,Call Date,{header}", *lines, ""]))
    cdr = read_cdr(path)
    names = ["first_cell", "last_cell", "place", "latitude", "longitude"]
    rows = [tuple(row.values()) for row in cdr.read_all().select(names).to_pylist()]
    assert cdr.summary.refused == {}
    assert {note for notes in cdr.summary.unread.values() for note in notes} <= PLACE_NOTES.keys()
    return rows, cdr.summary.unread


def test_cells_stay_as_their_network_writes_them(tmp_path: Path) -> None:
    rows, unread = read(
        tmp_path,
        "First Cell ID",
        *("404-98-8331-230711555", "'405856001'", "4057040000421.0", "-", "0", "000-00-0"),
        *("4.05E+14", "49.47.132.116:10630"),
    )
    assert [row[0] for row in rows] == ["404-98-8331-230711555", "405856001", "4057040000421", *[None] * 5]
    assert unread == {"first_cell": {"no_cell": 4}}


def test_a_bad_place_costs_the_place_and_not_the_row(tmp_path: Path) -> None:
    rows, unread = read(tmp_path, "Lat/Long", "21.29669/72.8915", "72.8915/21.29669", "0/0", "-", "0/0", "??")
    assert [row[3:] for row in rows] == [SURAT, *[(None, None)] * 5]
    assert unread == {"latitude": {"swapped_coordinates": 1, "zero_coordinates": 2, "unreadable_coordinates": 1}}
    rows, unread = read(tmp_path, "Roaming Circle", "AIR GJ", "Atlantis", "-")
    assert [row[2] for row in rows] == ["Gujarat", None, None]
    assert unread == {"place": {"unlisted_circle": 1}}


def test_two_columns_of_degrees(tmp_path: Path) -> None:
    path = tmp_path / "calls.csv"
    path.write_text(
        f"MSISDN,IMEI,Call Date,Latitude,Longitude,Lat/Long\n{NUMBER},{IMEI},01/06/2026,'21.29669','72.8915',0/0\n"
        f"{NUMBER},{IMEI},01/06/2026,72.8915,21.29669,0/0\n{NUMBER},{IMEI},01/06/2026,,72.8915,0/0\n"
    )
    cdr = read_cdr(path)
    assert cdr.read_all()["latitude"].to_pylist() == [21.29669, None, None]
    assert cdr.summary.unread == {"latitude": {"swapped_coordinates": 1, "half_coordinates": 1}}


def test_a_refused_row_does_not_count_its_place(tmp_path: Path) -> None:
    path = tmp_path / "calls.csv"
    path.write_text(f"MSISDN,IMEI,Call Date,Lat/Long\n{NUMBER},{IMEI},01/06/26,0/0\n{NUMBER},{IMEI},01/06/2026,0/0\n")
    cdr = read_cdr(path)
    assert (len(cdr.read_all()), cdr.summary.unread) == (1, {"latitude": {"zero_coordinates": 1}})


def test_a_heading_that_stands_twice_is_left_unread(tmp_path: Path) -> None:
    """Only of a place: a row is complete without it, and which of the two is meant is unknown."""
    path = tmp_path / "calls.csv"
    path.write_text(f"MSISDN,IMEI,Call Date,Cell ID,Cell ID\n{NUMBER},{IMEI},01/06/2026,404-98-1-1,404-98-1-2\n")
    cdr = read_cdr(path)
    assert cdr.read_all()["first_cell"].to_pylist() == [None]
    assert cdr.summary.files[0].not_read == ["Cell ID", "Cell ID"]


def test_a_dump_of_several_sites_is_one_file(tmp_path: Path) -> None:
    """Report after report, each with its own preamble and header: every row keeps its own site."""
    header = (
        "Target No,Call Type,TOC,B Party No,LRN No,LRN TSP-LSA,Date,Time,Dur(s),First CGI Lat/Long,First CGI,"
        "Last CGI Lat/Long,Last CGI,SMSC No,Service Type,IMEI,IMSI,Call Fow No,Roam Nw,SW & MSC ID,IN TG,OUT TG,"
        "Vowifi First UE IP,Port1,Vowifi Last UE IP,Port2"
    )
    sites = {"404-98-8331-101": "21.29669/72.8915", "404-98-8331-202": "21.17024/72.83106", "404-98-8331-303": "-"}
    lines = ["BHARTI AIRTEL LIMITED"]
    for n, (cell, where) in enumerate(sites.items()):
        lines += [
            f"Tower Dump of Cell Id '{cell}' from '01-Jun-2026' to '01-Jun-2026'" if n == 0 else f"Cell Id: {cell}"
        ]
        lines += ["", header]
        for k in range(3):
            cells = [f"'987654321{k}'", "OUT", "Pre", "'9000000001'", "-", "-", "'01/06/2026'", f"10:0{n}:0{k}", "5"]
            cells += [
                where,
                cell,
                "-",
                "-",
                "-",
                "Voice",
                f"'35896710123456{k}'",
                f"'40498000000000{k}'",
                "-",
                "AIR GJ",
            ]
            lines.append(",".join(cells + ["-"] * (26 - len(cells))))
    path = tmp_path / "dump.csv"
    path.write_text("\n".join([*lines, "This is System generated report", ""]))
    cdr = read_cdr(path)
    rows = cdr.read_all().to_pylist()
    assert [row["first_cell"] for row in rows] == [cell for cell in sites for _ in range(3)]
    assert [row["latitude"] for row in rows] == [21.29669] * 3 + [21.17024] * 3 + [None] * 3
    assert cdr.summary.layout == "airtel"
    assert (cdr.summary.refused, cdr.summary.warnings) == ({}, [])
