"""`numguard synth`: invented data of any size, to try things without real records."""

from __future__ import annotations

from math import inf
from pathlib import Path

import click
import numpy as np
import pyarrow as pa

from numguard.cli import account, options
from numguard.cli.verb import Verbs
from numguard.errors import ArgumentError
from numguard.files import placed_together, write_rows

_FORMS = click.Choice(["operator", "mixed", "clean"])


@click.group(cls=Verbs)
def synth() -> None:
    """Invent data, the same for the same seed.

    \b
      numguard synth cdr calls.parquet --rows 1e6 --list-to list.csv
    """


@synth.command()
@click.argument("out", type=options.FILE)
@click.option("--rows", type=float, default=1e6, show_default=True, help="How many records, planted ones included.")
@click.option(
    "--seed", type=click.IntRange(0), default=1930, show_default=True, help="The same seed gives the same records."
)
@click.option("--subscribers", type=float, help="How many numbers take part; one for twelve rows by default.")
@click.option("--listed", type=float, default=27_824, show_default=True, help="Length of the invented list.")
@click.option(
    "--hit-rate", type=click.FloatRange(0, 1), default=0.002, show_default=True, help="Share of rows that call it."
)
@click.option("--list-to", "list_path", type=options.FILE, help="Write the list to this file.")
@click.option(
    "--served-forms", type=_FORMS, default="operator", show_default=True, help="How served_msisdn is written."
)
@click.option("--other-forms", type=_FORMS, default="mixed", show_default=True, help="How other_party is written.")
@click.option(
    "--first-day", metavar="DAY", type=click.DateTime(["%Y-%m-%d"]), default="2022-06-01", help="The first day, IST."
)
@click.option("--days", type=click.IntRange(1), default=122, show_default=True, help="Over how many days.")
def cdr(
    out: Path, rows: float, subscribers: float | None, listed: float, list_path: Path | None, **looks: object
) -> None:
    """Write invented call records to OUT.

    The ending of OUT (.parquet, .csv, .xlsx, .arrow, .jsonl) selects the format. Few subscribers make most of the
    calls, nights are quiet, numbers are written as operators and complainants write them, and no listed number is ever
    an ordinary subscriber. Memory stays flat at any length.

    \b
      numguard synth cdr calls.parquet --rows 1e9
      numguard synth cdr calls.csv --rows 1e5 --hit-rate 0.01 --list-to list.csv
      numguard scan calls.csv --numbers list.csv --column other_party
    """
    from numguard.synthetic.cdr import SCHEMA, CdrSpec, cdr_batches, write_cdr
    from numguard.synthetic.numbering import Numbering

    account.check_files([], {"OUT": out, "--list-to": list_path})
    first_day = looks.pop("first_day")
    # Also NaN and infinity are no counts.
    if not (1 <= rows < inf and 0 <= listed < inf and (subscribers is None or 1 <= subscribers < inf)):
        raise ArgumentError("--rows and --subscribers take one or more, and --listed none or more")
    spec = CdrSpec(
        rows=int(rows),
        subscribers=None if subscribers is None else int(subscribers),
        first_day=f"{first_day:%Y-%m-%d}",
        **looks,  # type: ignore[arg-type] # the other options are named as the specification names them
    )
    # Serials below those of subscribers, so that the two never share a number.
    numbers = Numbering(spec.seed).msisdns(np.arange(int(listed)))
    shown = options.progress_line(lambda written: f"{written:,} of {spec.rows:,} rows")
    with placed_together():
        if out.suffix.lower() == ".parquet":
            write_cdr(out, spec, listed=numbers, progress=shown)
        else:
            write_rows(out, SCHEMA, cdr_batches(spec, listed=numbers))
        options.end_progress()
        if list_path is not None:
            table = pa.table({"msisdn": pa.array(numbers)})
            write_rows(list_path, table.schema, table.to_batches())
    hits = spec.rows * spec.hit_rate if len(numbers) else 0
    options.say(f"{out}: {options.count(spec.rows, 'row')}, about {hits:,.0f} of a listed number")
