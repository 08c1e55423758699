"""Files that ask for far more than they are worth: each is small, and reading it naively takes hours or all memory."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import zipfile
import zlib
from collections.abc import Callable

import pyarrow as pa

from zip_files import zipped

MIB = 1 << 20


def gzipped(unit: bytes, mib: int) -> bytes:
    """`mib` MiB of `unit`. One of them is compressed, to a block that depends on nothing before it and is repeated."""
    piece = unit * (MIB // len(unit))
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    first = packer.compress(piece) + packer.flush(zlib.Z_FULL_FLUSH)
    again = packer.compress(piece) + packer.flush(zlib.Z_FULL_FLUSH)
    last = packer.flush()[:-8]
    check = 0
    for _ in range(mib):
        check = zlib.crc32(piece, check)
    return first + again * (mib - 1) + last + check.to_bytes(4, "little") + (mib * MIB % 2**32).to_bytes(4, "little")


def _large_member(mib: int) -> bytes:
    out = io.BytesIO()
    with (
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open("d.csv", "w", force_zip64=True) as file,
    ):
        file.write(b"a,b\n")
        for _ in range(mib):
            file.write(b"1,2\n" * (MIB // 4))
    return out.getvalue()


_TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="xml" ContentType="application/xml"/></Types>'
)
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def workbook(
    cells: str, *, sheets: int = 1, more: dict[str, bytes] | None = None, target: str = "worksheets/sheet{}.xml"
) -> bytes:
    """A workbook of which each sheet, in the file `target`, has these rows in XML."""
    names = range(1, sheets + 1)
    listed = "".join(f'<sheet name="S{k}" sheetId="{k}" r:id="rId{k}"/>' for k in names)
    related = "".join(
        f'<Relationship Id="rId{k}" Type="{_RELATION}/worksheet" Target="{target.format(k)}"/>' for k in names
    )
    package = "http://schemas.openxmlformats.org/package/2006/relationships"
    members = {
        "[Content_Types].xml": _TYPES.encode(),
        "_rels/.rels": (
            f'<Relationships xmlns="{package}"><Relationship Id="rId1" Type="{_RELATION}/officeDocument" '
            'Target="xl/workbook.xml"/></Relationships>'
        ).encode(),
        "xl/workbook.xml": (
            f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATION}"><sheets>{listed}</sheets></workbook>'
        ).encode(),
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}">{related}</Relationships>'.encode(),
    }
    sheet = f'<worksheet xmlns="{_MAIN}"><sheetData>{cells}</sheetData></worksheet>'.encode()
    members |= {f"xl/{target.format(k)}": sheet for k in names}
    return zipped(members | (more or {}))


def _cell(place: str) -> str:
    row = "".join(filter(str.isdigit, place))
    return f'<row r="{row}"><c r="{place}"><v>1</v></c></row>'


def _open_document(row: str) -> bytes:
    names = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
    )
    content = (
        f"<office:document-content {names}><office:body><office:spreadsheet><table:table table:name='a'>{row}"
        "</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    return zipped({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": content.encode()})


def _record(kind: int, content: bytes) -> bytes:
    first = bytes([kind]) if kind < 128 else bytes([kind & 0x7F | 0x80, kind >> 7])
    return first + bytes([len(content)]) + content


def _binary() -> bytes:
    """A workbook in the binary form whose one cell is far away."""
    far = (1048575).to_bytes(4, "little")
    sheet = _record(0, far + bytes(16)) + _record(5, (16383).to_bytes(4, "little") + bytes(12))
    texts = _record(159, b"\xff" * 8)
    return zipped(
        {"xl/workbook.bin": b"\x83\x01\x00", "xl/worksheets/sheet1.bin": sheet, "xl/sharedStrings.bin": texts}
    )


def _nested(layers: int) -> bytes:
    content = b"a,b\n1,2\n"
    for _ in range(layers):
        content = gzip.compress(content)
    return content


def _false_size() -> bytes:
    """An archive whose directory gives a size of one byte for the sheet."""
    content = bytearray(workbook("<row/>" * 1_000_000))
    end = content.rfind(b"PK\x01\x02")
    size = (1).to_bytes(4, "little")
    content[end + 24 : end + 28] = size
    return bytes(content)


#: Name -> file name, content. Each is an error; the message names the bound and how to raise it, where there is one.
BOMBS: dict[str, tuple[str, Callable[[], bytes]]] = {
    "gzip of one line": ("d.csv.gz", lambda: gzipped(b"a", 512)),
    "gzip of blank lines": ("d.csv.gz", lambda: gzipped(b"\n", 512)),
    "gzip of rows": ("d.csv.gz", lambda: gzipped(b"1,2\n", 512)),
    "gzip of quotes": ("d.csv.gz", lambda: gzipped(b'"\n', 512)),
    "gzip of JSON": ("d.json.gz", lambda: gzipped(b'[{"a":1},' + b" " * 7, 512)),
    "zstd of zeros": ("d.csv.zst", lambda: pa.Codec("zstd").compress(b"1,2\n" * (128 * MIB), asbytes=True)),
    "bzip2 of rows": ("d.csv.bz2", lambda: bz2.compress(b"1,2\n" * (2 * MIB))),
    "nested gzip": ("d.gz", lambda: _nested(40)),
    "ZIP of a large member": ("d.zip", lambda: _large_member(512)),
    "9,000 members": ("d.zip", lambda: zipped({f"{k}.csv": b"a,b\n1,2\n" for k in range(9000)})),
    "a far cell": ("d.xlsx", lambda: workbook(_cell("A1") + _cell("XFD1048576"))),
    "a far row": ("d.xlsx", lambda: workbook(_cell("A1") + _cell("ZZ1048576"))),
    "a far cell behind a sign": (
        "d.xlsx",
        lambda: workbook(_cell("A1") + '<row r="1048576"><c x=">" r="XFD1048576"><v>1</v></c></row>'),
    ),
    "a far cell behind another sign": (
        "d.xlsx",
        lambda: workbook(_cell("A1") + '<row r="1048576"><c x="<" r="XFD1048576"><v>1</v></c></row>'),
    ),
    "a far row of cells without a place": (
        "d.xlsx",
        lambda: workbook(f"<row>{'<c><v>1</v></c>' * 16_384}</row>" + '<row r="1048576"><c><v>1</v></c></row>'),
    ),
    "tags without an end": ("d.xlsx", lambda: workbook(_cell("A1") + "<c " * 500_000)),
    "a tag of many places": ("d.xlsx", lambda: workbook(_cell("A1") + "<c" + ' t="e" r="A1"' * 200_000)),
    "a cell of a sheet among images": ("d.xlsx", lambda: workbook(_cell("XFD1048576"), target="media/s{}.png")),
    "a cell of a sheet in capitals": ("d.xlsx", lambda: workbook(_cell("XFD1048576"), target="Data/S{}.XML")),
    "a cell of a sheet with the name of a binary one": (
        "d.xlsx",
        lambda: workbook(_cell("XFD1048576"), target="worksheets/sheet{}.bin"),
    ),
    "one sheet under many names": (
        "d.xlsx",
        lambda: workbook("".join(_cell(f"A{k}") for k in range(1, 100_001)), sheets=250, target="worksheets/one.xml"),
    ),
    "a row beyond all": ("d.xlsx", lambda: workbook(_cell("A4294967295"))),
    "3,000 sheets": ("d.xlsx", lambda: workbook(_cell("A1"), sheets=3000)),
    "a sheet of GiB": ("d.xlsx", lambda: workbook("<row/>" * 40_000_000)),
    "a false size": ("d.xlsx", _false_size),
    "a repeated row": (
        "d.ods",
        lambda: _open_document(
            '<table:table-row table:number-rows-repeated="1048576"><table:table-cell '
            'table:number-columns-repeated="16384" office:value-type="float" office:value="1"/></table:table-row>'
        ),
    ),
    "a repeated cell behind a sign": (
        "d.ods",
        lambda: _open_document(
            '<table:table-row><table:table-cell x=">" table:number-columns-repeated="4294967295" '
            'office:value-type="string"><text:p>x</text:p></table:table-cell></table:table-row>'
        ),
    ),
    "formulas without a value, repeated without end": (
        "d.ods",
        lambda: _open_document(
            "<table:table-row>"
            + '<table:table-cell table:formula="of:=A1" table:number-columns-repeated="65536"/>' * 100_000
            + "</table:table-row>"
        ),
    ),
    "open tags without an end": ("d.ods", lambda: _open_document("<table:table-row " * 100_000)),
    "a cell repeated 4294967295 times": (
        "d.ods",
        lambda: _open_document(
            '<table:table-row><table:table-cell table:number-columns-repeated="4294967295" '
            'office:value-type="string"><text:p>x</text:p></table:table-cell></table:table-row>'
        ),
    ),
    "a binary workbook": ("d.xlsb", _binary),
    "100,000 columns": (
        "d.csv",
        lambda: b",".join(b"c%d" % k for k in range(100_000)) + b"\n" + b"1," * 99_999 + b"1\n",
    ),
    "a long line": ("d.csv", lambda: b"a,b\n" + b"x" * (32 * MIB)),
    "deep JSON": ("d.json", lambda: b"[" * 1_000_000),
    "JSON of many keys": ("d.json", lambda: json.dumps([{f"k{k}": 1} for k in range(30_000)]).encode()),
    "JSON of many objects": (
        "d.json",
        lambda: json.dumps({f"o{k}": {} for k in range(100_000)} | {f"k{k}": 1 for k in range(100_000)}).encode(),
    ),
}
