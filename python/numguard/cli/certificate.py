"""`numguard certificate`: the draft of a certificate for an exported list, and whether its files are the same."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

from numguard.cli import account, options
from numguard.cli.verb import Verb
from numguard.errors import ArgumentError, InputError

#: `--check` without a folder; recognised by its identity, for `.` is the same path.
_BESIDE: Final = Path()


@click.command(cls=Verb)
@click.argument("path", type=options.FILE, required=False)
@options.registry
@click.option("--export", "event", type=click.IntRange(1), required=True, help="The number of the export.")
@click.option(
    "--check",
    "folder",
    type=options.FOLDER,
    is_flag=False,
    flag_value=_BESIDE,
    help="Compare the files in this folder with what was recorded, and name what differs. Without a folder: the files "
    "beside PATH, which is then not written.",
)
def certificate(path: Path | None, registry_path: str, event: int, folder: Path | None) -> None:
    """Write the draft of a certificate for an export to PATH.

    It is a page to be filled in, signed and printed: Part A of the certificate of section 63(4)(c), Bharatiya Sakshya
    Adhiniyam 2023, with the SHA-256 of the list and of every file it came from. What the signatory must state is left
    blank.

    \b
      numguard certificate certificate.html --export 8 --registry cases.db
      numguard certificate --export 8 --check evidence --registry cases.db
      numguard certificate certificate.html --export 8 --registry cases.db --check
    """
    if folder is _BESIDE and path is not None:
        folder, path = path.parent, None
    if path is None and folder is None:
        raise ArgumentError("name the page to write, or a folder with --check")
    account.check_files([registry_path], {"PAGE": path})
    account.check_new({"PAGE": path})
    with options.open_registry(registry_path) as registry:
        if path is not None:
            registry.certificate(path, export=event)
            options.say(f"{path}: written; fill in the blanks")
        files = [] if folder is None else registry.check_certificate(folder, export=event)
    for file in files:
        renamed = file["found"] and Path(file["found"]).name != Path(file["name"]).name
        copy = f"; {file['found']} is as recorded" if file["state"] == "differs" else f", as {file['found']}"
        options.say(f"{file['name']}: {file['state']}" + (copy if renamed else ""))
    wrong = sum(file["state"] not in {"the same", "no hash was kept"} for file in files)
    if wrong:
        raise InputError(f"{folder}: {options.count(wrong, 'file')} not as recorded")
