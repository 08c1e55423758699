"""A block list -> files, whole or not at all, each with its manifest.

Owns the division of a list into files, their manifests, and the checksums of several files. Independent of how a list
is made, and of how a table is written (`numguard.files`). One idea: a list is an Arrow table and a manifest that
describes it; only these two leave the machine, and the same list gives the same bytes.
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeAlias

import pyarrow as pa

from numguard.compute import counts, named, pc
from numguard.errors import ArgumentError, ColumnError, InputError
from numguard.files.manifest import MANIFEST, SUMS, manifest_of, manifest_path
from numguard.files.outgoing import write_private
from numguard.files.placing import Together, make_folder, together
from numguard.keyed import HASHED, key_check, keyed_hash
from numguard.notebook import card
from numguard.system import at_home
from numguard.types import PathLike, is_whole

#: Which columns, in this order; a mapping also gives each the name that the receiver wants.
Columns: TypeAlias = Mapping[str, str] | Sequence[str]

# The column that says what to do with a row. A row of a list without it is read as one to block. A status does not say
# it: a number may be `requested`, and its pair with a handset to verify; two rows of a change may have one status.
_SAYING = "action"
# The columns without which a row names no number, or of a pair with a handset only a half.
_KEYS = ("imei14", "msisdn", HASHED)
# Columns that contain a number, or may.
_WITHHELD = ("msisdn", "via_imei", "reason")


@dataclass(frozen=True, slots=True)
class Form:
    """The form that a receiver wants.

    Attributes:
        columns: the columns, in order; a mapping also gives their names.
        title: lines above the header, in .csv and .xlsx.
        header: whether .csv and .xlsx begin with the names of the columns.
        rows_per_file: the most rows of a file.
        by_district: one file for each district.
        replace: whether an exported list at the path is overwritten.
    """

    columns: Columns | None = None
    title: Sequence[str] = ()
    header: bool = True
    rows_per_file: int | None = None
    by_district: bool = False
    replace: bool = False

    def __post_init__(self) -> None:
        if isinstance(self.title, str):
            raise ArgumentError("title: takes a list of lines")
        if self.rows_per_file is not None and not is_whole(self.rows_per_file, 1):
            raise ArgumentError("rows_per_file: takes a whole number of at least 1, or None")


class BlockList:
    """A block list, or a delta: an Arrow stream, and files when written.

    Attributes:
        manifest: the description of the list: rows by action, events, district, policy, version and input files; once
            it was written also file, bytes and sha256, and of several files each of them under `files`.
        unlisted: the reported numbers that are not on it because their kind is not listed without a decision: how many
            of each kind; of a change, those of them that may have changed.
        unlisted_linked: the same of numbers that are only linked.

    Example:
        >>> from numguard.registry import Registry
        >>> len(Registry().block_list())
        0
    """

    def __init__(
        self,
        table: pa.Table,
        manifest: Mapping[str, Any],
        check: Callable[[pa.Table, Sequence[Path]], None] | None = None,
    ) -> None:
        self._table = table
        self._check = check
        self._covers = {**manifest, "rows": table.num_rows, "actions": counts(table["action"])}
        self.manifest: dict[str, Any] = self._covers
        self.unlisted: dict[str, int] = {}
        self.unlisted_linked: dict[str, int] = {}

    def __len__(self) -> int:
        return int(self._table.num_rows)

    def __repr__(self) -> str:
        actions = ", ".join(f"{action}: {count}" for action, count in self.manifest["actions"].items())
        return f"<BlockList of {len(self)} rows ({actions or 'empty'})>"

    def _repr_html_(self) -> str:
        facts: list[tuple[str, object]] = [("rows", len(self)), *self.manifest["actions"].items()]
        return card("BlockList", facts)

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """The Arrow PyCapsule interface."""
        stream: Any = self._table
        return stream.__arrow_c_stream__(requested_schema)

    @property
    def schema(self) -> pa.Schema:
        """The columns and their types."""
        return self._table.schema

    def to_table(self) -> pa.Table:
        """The rows, ascending by number."""
        return self._table

    read_all = to_table

    def by_district(self) -> Iterator[tuple[str | None, BlockList]]:
        """The list of each district, which together are this list; `None` for rows without one.

        Yields:
            The district's name and its list, in the order of the names.
        """
        folded = pc.utf8_lower(self._table["district"])
        for key in sorted(pc.unique(folded).to_pylist(), key=lambda name: (name is None, name)):
            mine = pc.is_null(folded) if key is None else pc.fill_null(pc.equal(folded, key), False)
            part = self._table.filter(mine)
            name = part["district"][0].as_py()
            yield name, BlockList(part, {**self._covers, "district": name}, self._check)

    def keyed(self, key: bytes) -> BlockList:
        """The same list for a receiver who must not learn the numbers, with keyed hashes instead of them.

        Handsets and reasons, which may contain numbers, are left out, as are the names of input files in the manifest.
        The rows are sorted by hash. `key_check` in the manifest identifies the key without revealing it.

        Args:
            key: The key that both sides have; at least sixteen bytes.

        Returns:
            Columns: msisdn_hmac_sha256, and those of the list but for msisdn, via_imei and reason.

        Raises:
            ArgumentError: The list is keyed already, or is one of handsets, whose pairs need both halves.
        """
        if HASHED in self._table.column_names:
            raise ArgumentError("keyed: the list is keyed already; key the list of numbers that it was made of")
        if "imei14" in self._table.column_names:
            raise ArgumentError("keyed: a list of handsets has no keyed form, because its IMEIs would be in it")
        shared = [name for name in self._table.column_names if name not in _WITHHELD]
        table = self._table.select(shared).add_column(0, HASHED, keyed_hash(self._table["msisdn"], key))
        covers = {**self._covers, "hash": "HMAC-SHA-256", "key_check": key_check(key)}
        # File names may contain personal names and numbers.
        covers["inputs"] = [{k: v for k, v in each.items() if k != "name"} for each in covers.get("inputs", ())]
        order: Any = [(HASHED, "ascending"), *([("change", "descending")] if "change" in table.column_names else [])]
        keyed = BlockList(table.sort_by(order), covers, lambda _, files: self._checked(files))
        keyed.unlisted, keyed.unlisted_linked = self.unlisted, self.unlisted_linked
        return keyed

    def write(
        self,
        path: PathLike,
        *,
        columns: Columns | None = None,
        title: Sequence[str] = (),
        header: bool = True,
        rows_per_file: int | None = None,
        by_district: bool = False,
    ) -> Path:
        """Writes the list to `path`, and its manifest beside it as `<path>.manifest.json`.

        All files are written whole or none is, readable by their owner only. In text, numbers are digits, those of
        other countries with `+`, handsets have 15 digits, times are ISO 8601 in IST. In CSV, an apostrophe is put
        before text that a spreadsheet would run as a formula; in a workbook all text is in text cells.

        In parts, `list.csv` becomes `list-1-of-3.csv` and so on, or `list-<district>.csv`, each with its manifest, and
        `list.csv.sha256` lists all of them with their SHA-256 in the format of `sha256sum --check`.

        Args:
            path: the file; its ending determines the format: `.csv`, `.xlsx`, `.parquet`, `.arrow` or `.jsonl`.
            columns: the columns, in order; a mapping also gives each the receiver's name.
            title: lines above the header, in `.csv` and `.xlsx`.
            header: whether `.csv` and `.xlsx` begin with the names of the columns.
            rows_per_file: the most rows of a file.
            by_district: one file for each district.

        Returns:
            The path; for parts, that of the checksums.

        Raises:
            ArgumentError: an unknown ending, or a format without a title.
            ColumnError: a column that a list does not have.
            ArgumentError: an exported list is at `path`, or a file that the registry has read; or `columns` has no
                `msisdn` (of a list of handsets, not both of each pair), or no `action`, and not every row is to block.
            InputError: the folder cannot be written to, or has parts of another list with this name.
            RegistryError: the list contains a number that was protected after the list was made.
        """
        form = Form(columns, title, header, rows_per_file, by_district)
        with together(private=True) as files:
            return self.write_into(files, path, form)

    def write_by_district(self, folder: PathLike) -> list[Path]:
        """Writes each district's list into `folder`, in a file named after it, with the checksums in `SHA256SUMS`.

        Returns:
            The paths, in the order of the districts' names.
        """
        folder = make_folder(folder)
        parts = [(folder / f"{stem}.csv", part) for stem, part in self._districts()]
        self._refuse_other_parts(folder, "", ".csv", parts)
        self._checked([*(path for path, _ in parts), folder / "SHA256SUMS"])
        with together(private=True) as files:
            self.manifest = self._write_parts(files, parts, folder / "SHA256SUMS", Form())
        return [path for path, _ in parts]

    def write_into(
        self, files: Together, path: PathLike, form: Form, facts: Mapping[str, Any] = MappingProxyType({})
    ) -> Path:
        """Writes the list as `write` does, with files that are renamed together.

        `facts` are added to the manifests.
        """
        path = at_home(path)
        self._covers = {**self._covers, **facts}
        if form.rows_per_file is None and not form.by_district:
            self._checked([path])
            self.manifest = self._write_one(files, path, form)
            return path
        parts = [
            (path.with_name("-".join((path.stem, *words)) + path.suffix), part) for words, part in self._parts(form)
        ]
        self._refuse_other_parts(path.parent, f"{path.stem}-", path.suffix, parts)
        sums = path.with_name(path.name + SUMS)
        self._checked([*(file for file, _ in parts), sums])
        self.manifest = self._write_parts(files, parts, sums, form)
        return sums

    def _checked(self, files: Sequence[Path]) -> None:
        """Checks the list, and that it may be written to these files and their manifests."""
        if self._check is not None:
            self._check(self._table, [*files, *map(manifest_path, files)])

    def _parts(self, form: Form) -> Iterator[tuple[tuple[str, ...], BlockList]]:
        """The parts of the list, each with the words that distinguish its name."""
        lists = self._districts() if form.by_district else iter([("", self)])
        for district, part in lists:
            words = (district,) if district else ()
            if form.rows_per_file is None:
                yield words, part
                continue
            count = max(1, -(-len(part) // form.rows_per_file))
            for k in range(count):
                rows = part.to_table().slice(k * form.rows_per_file, form.rows_per_file)
                facts = {**part._covers, "part": k + 1, "parts": count, "rows_of_list": len(part)}
                number = f"{k + 1:0{len(str(count))}}-of-{count}"
                yield (*words, number), BlockList(rows, facts)

    def _districts(self) -> Iterator[tuple[str, BlockList]]:
        """The list of each district, with a distinct word for its file name."""
        taken: set[str] = set()
        for name, part in self.by_district():
            stem = _file_stem(name)
            while stem.lower() in taken:
                stem += "_"
            taken.add(stem.lower())
            yield stem, part

    def _write_one(self, files: Together, path: Path, form: Form) -> dict[str, Any]:
        """Writes one file and its manifest, which is returned."""
        if not form.replace:
            _refuse_sent(path)
        names = list(form.columns.values()) if isinstance(form.columns, Mapping) else None
        table = _chosen(self._table, form.columns)
        sha256, size = write_private(table, path, names=names, title=form.title, header=form.header, into=files)
        manifest = {**self._covers, "file": path.name, "bytes": size, "sha256": sha256}
        _put(files, manifest_path(path), json.dumps(manifest, indent=2, ensure_ascii=False, sort_keys=True) + "\n")
        return manifest

    def _write_parts(
        self, files: Together, parts: Sequence[tuple[Path, BlockList]], sums: Path, form: Form
    ) -> dict[str, Any]:
        """Writes parts and their checksums; the manifest of the whole, which names each part, is returned."""
        lines, written = [], []
        for path, part in parts:
            written.append(part._write_one(files, path, form))
            lines += [f"{files.fingerprint(file)[0]}  {file.name}\n" for file in (path, manifest_path(path))]
        text = "".join(lines)
        _put(files, sums, text)
        facts = [{key: manifest[key] for key in ("file", "rows", "bytes", "sha256")} for manifest in written]
        whole = {"file": sums.name, "bytes": len(text.encode()), "sha256": hashlib.sha256(text.encode()).hexdigest()}
        return {**self._covers, "files": facts, **whole}

    @staticmethod
    def _refuse_other_parts(folder: Path, begin: str, ending: str, parts: Sequence[tuple[Path, BlockList]]) -> None:
        """Raises if the folder has parts of an earlier list: they would be sent with this one."""
        mine = {manifest_path(path).name for path, _ in parts}
        for found in sorted(folder.glob(f"*{MANIFEST}")):
            name = found.name.removesuffix(MANIFEST)
            if name.startswith(begin) and name.endswith(ending) and found.name not in mine:
                raise InputError(
                    f"{name}: a part of another list is in this folder; move it away, or write to another folder"
                )


def _refuse_sent(path: Path) -> None:
    """Raises if an exported list is at the path: it and its manifest are evidence."""
    sent = manifest_of(path).get("export")
    if sent and path.exists():
        raise ArgumentError(
            f"{path.name}: is the list of export {sent}, which was sent; write to another file, or have it replaced "
            "with replace= (--force)"
        )


def _put(files: Together, path: Path, text: str) -> None:
    with files.open(path) as file:
        file.write(text.encode())


def _chosen(table: pa.Table, columns: Columns | None) -> pa.Table:
    if columns is None:
        return table
    absent = [name for name in columns if name not in table.column_names]
    if absent:
        raise ColumnError(f"columns: no column {named(absent[:1])!r}; a list has {', '.join(table.column_names)}")
    if left_out := [name for name in table.column_names if name in _KEYS and name not in columns]:
        raise ArgumentError(f"columns: a list is of no use without {named(left_out)}: add it (--map {left_out[0]})")
    if _SAYING not in columns:
        unsaid = sorted(set(pc.unique(table["action"]).to_pylist()) - {"block"})
        if unsaid:
            raise ArgumentError(
                f"columns: the list has rows with the action {' and '.join(unsaid)}, which would be taken for numbers "
                "to block: add the column action (--map action)"
            )
    return table.select(list(columns))


def _file_stem(district: str | None) -> str:
    if district is None:
        return "no_district"
    # Vowels of Indian scripts are marks: without them, names of two districts are equal.
    kept = (sign if sign.isalnum() or unicodedata.category(sign)[0] == "M" else "_" for sign in district)
    stem = "".join(kept).strip("_")
    # A file name has 255 bytes at most, and endings are added to this one.
    return stem.encode()[:120].decode(errors="ignore") or "_"
