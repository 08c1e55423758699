"""The command line: wiring only. Each verb is a file, imported when it is called, so that `--help` answers at once.

Owns the exit codes: 0 done, 2 usage, 3 input, 4 brake, 130 interrupted, 141 the reader of the output is gone. An
error is one line on stderr, never a traceback, and never a phone number: those are in the files that a verb writes.
"""

from __future__ import annotations

import importlib
import io
import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from difflib import get_close_matches

import click
from click.shell_completion import CompletionItem

from numguard import starting
from numguard._core import __version__
from numguard.cli.terminal import one_line
from numguard.errors import ArgumentError, BrakeError, Interrupted, NumguardError
from numguard.system import at_home

#: Verb -> where its click command is, and the first sentence of its help, which is listed without importing it.
VERBS = {
    "normalize": ("numguard.cli.normalize:normalize", "Add the canonical number to every row of SOURCE."),
    "explain": ("numguard.cli.explain:explain", "Show what each cell of SOURCE is, or why it was refused."),
    "scan": ("numguard.cli.scan:scan", "Find the rows of SOURCE with a listed number or handset."),
    "expand": ("numguard.cli.expand:expand", "Find the other numbers of the handsets of reported numbers."),
    "common": ("numguard.cli.common:common", "Find the numbers, or handsets, that are in several FILEs."),
    "changes": ("numguard.cli.changes:changes", "Find the periods of each number in each handset."),
    "complaints": ("numguard.cli.complaints:complaints", "Add files of complaints, show them, and withdraw one."),
    "review": ("numguard.cli.review:review", "List the numbers that wait for a decision."),
    "decide": ("numguard.cli.decide:decide", "Record a decision on every number of a list."),
    "list": ("numguard.cli.list:listed", "Show the block list, now or as it was at the end of a day."),
    "export": ("numguard.cli.export:export", "Write the block list to PATH, and record that it was sent."),
    "outcomes": ("numguard.cli.outcomes:outcomes", "Record the answers of operators to a list."),
    "history": ("numguard.cli.history:history", "Show the history of NUMBER: who did what, when and why."),
    "report": ("numguard.cli.report:report", "Write a report of the case, to print and forward."),
    "certificate": ("numguard.cli.certificate:certificate", "Write the draft of a certificate for an export to PATH."),
    "merge": ("numguard.cli.merge:merge", "Merge the events of OTHERS, the registries of other desks."),
    "verify": ("numguard.cli.verify:verify", "Read the whole record again and compare it with its digests."),
    "backup": ("numguard.cli.backup:backup", "Write a copy of the registry to PATH, and verify the copy."),
    "keyed": ("numguard.cli.keyed:keyed", "Add keyed hashes of numbers, or match a list of hashes."),
    "cdr": ("numguard.cli.cdr:cdr", "Read operators' call records."),
    "lists": ("numguard.cli.lists:lists", "Compare lists of numbers or handsets."),
    "demo": ("numguard.cli.demo:demo", "Run the whole job on an invented case."),
    "synth": ("numguard.cli.synth:synth", "Invent data, the same for the same seed."),
    "bench": ("numguard.cli.bench:bench", "Measure numguard beside Polars, DuckDB and others."),
    "doctor": ("numguard.cli.doctor:doctor", "Show what works here, and what to do about the rest."),
    "completion": ("numguard.cli.completion:completion", "Print the script that makes a shell complete verbs."),
}

#: The verbs that import pandas; no other does.
WITH_PANDAS = ("bench", "doctor")

#: What is shown where no verb is named.
FIRST_STEPS = """\
From complaints to a block list, in five steps; each shows examples with --help.

  1. Add the complaints; what is not certainly a number is refused, with the reason.
       numguard complaints add complaints.csv --registry cases.db --by "HC 1234" --refused refused.csv
  2. Find the handsets in which the reported numbers were used, and the other numbers seen in them.
       numguard expand "Jio CDR.csv" --registry cases.db --by "HC 1234"
  3. Write the block list; a linked number is put down for re-verification, never blocked unseen.
       numguard export block.csv --registry cases.db --by "HC 1234" --to DoT
  4. Record the operators' answers.
       numguard outcomes answers.xlsx --registry cases.db --by "HC 1234" --refused unclear.csv
  5. Write what was done as a page, and the action-taken report as a table.
       numguard report case.html --atr action.xlsx --registry cases.db

  A scan of call records or customers for the list needs no registry.
       numguard scan customers.csv --numbers block.csv --column mobile -o hits.csv

  numguard demo      the whole job on invented data
  numguard doctor    what works on this machine, and what to do about the rest
  numguard --help    all verbs
"""

DONE, USAGE, INPUT, BRAKE = 0, 2, 3, 4
#: As a shell has it for a program whose reader went away: 128 + SIGPIPE.
ENOUGH = 141


class Verbs(click.Group):
    """A group that knows the names of its verbs and imports only the one that is called."""

    def list_commands(self, _context: click.Context) -> list[str]:
        """The verbs, in the order in which a case goes through them."""
        # Once `numguard.cli.list` is imported, `list` is that module here.
        return [*VERBS]

    def resolve_command(
        self, context: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The verb that is called; the error for another word names the nearest verb."""
        near = get_close_matches(args[0], VERBS, n=1)
        if args[0] not in VERBS and near:
            context.fail(f"No such command {args[0]!r}. Did you mean {near[0]!r}?")
        return super().resolve_command(context, args)

    def get_command(self, _context: click.Context, name: str) -> click.Command | None:
        """The verb called `name`."""
        if name not in VERBS:
            return None
        module, attribute = VERBS[name][0].split(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        # What it imports may wrap an exception: Ctrl-C raises one only from here on.
        starting.end()
        return command

    def format_commands(self, _context: click.Context, formatter: click.HelpFormatter) -> None:
        """Writes what each verb does: to import all of them takes a second."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, help_of) for name, (_, help_of) in VERBS.items()])

    def shell_complete(self, context: click.Context, incomplete: str) -> list[CompletionItem]:
        """The verbs that begin with what was typed, and the options."""
        found = [
            CompletionItem(name, help=help_of) for name, (_, help_of) in VERBS.items() if name.startswith(incomplete)
        ]
        return found + click.Command.shell_complete(self, context, incomplete)


@click.group(
    cls=Verbs,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="numguard")
@click.pass_context
def verbs(context: click.Context) -> None:
    """Match misused phone numbers and handsets over complaints and call records, exactly, and say why.

    \b
    A file of customers against a list, no registry needed:
      numguard scan customers.csv --numbers list.csv --column mobile
    A case from complaint to block list:
      numguard complaints add complaints.csv --registry cases.db --by "HC 1234"
      numguard expand "Jio CDR.csv" --registry cases.db --by "HC 1234"
      numguard export block.csv --registry cases.db --by "HC 1234" --to DoT
      numguard outcomes answers.csv --registry cases.db --by "HC 1234"
    The whole job on invented data:
      numguard demo
    """
    if context.invoked_subcommand is None:
        click.echo(FIRST_STEPS, nl=False)


class WithoutPandas:
    """Pandas is not there: pyarrow imports it, if it can, with the first list that becomes an array.

    That took a third of the time of a command on a small file, and 40 MB.
    """

    def find_spec(self, name: str, _path: object = None, _target: object = None) -> None:
        """Nothing of any other module."""
        if name == "pandas":
            raise ModuleNotFoundError("the command line does without pandas", name=name)


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and leave with its exit code."""
    if starting.IN_COMMAND and not {*WITH_PANDAS}.intersection(sys.argv[1:2]):
        sys.meta_path.insert(0, WithoutPandas())
    if "_NUMGUARD_COMPLETE" in os.environ:  # a shell requests completions; click prints them and exits
        verbs.main(prog_name="numguard")
    sys.exit(run(arguments))


def run(arguments: list[str] | None = None) -> int:
    """Run the command line and give its exit code; an error is one line."""
    # A shell can start a command with one of them closed.
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: PTH123, SIM115 - for the whole run
    for stream in (sys.stdout, sys.stderr):
        # A name that is not UTF-8 is shown escaped.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    starting.RECORDED.clear()
    try:
        with _plain_warnings():
            # A verb returns nothing; of one that ends with `Exit`, click returns the code.
            code: int | None = verbs.main(
                arguments_of(arguments), prog_name="numguard", standalone_mode=False, windows_expand_args=False
            )
            sys.stdout.flush()
    except click.ClickException as error:
        error.show()
        return USAGE
    except (BrokenPipeError, SystemExit):
        # The reader of the output has closed it, as `head` does; click turns that into SystemExit. Python would
        # complain once more when it closes stdout on the way out, so stdout is pointed elsewhere first.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ENOUGH
    except (KeyboardInterrupt, click.Abort) as error:
        return say(f"{_why(error)}; {starting.NOTHING_HALF}", starting.INTERRUPTED)
    except UnicodeEncodeError:
        return say("a name or a text is not UTF-8", INPUT)
    except (NumguardError, OSError) as error:
        return say(sentence(error), code_of(error))
    return code or DONE


def _why(error: BaseException) -> Interrupted | str:
    """That it is interrupted, and which events it recorded before, in whichever call."""
    if starting.RECORDED:
        return Interrupted(*starting.RECORDED)
    # click hands on what it was given as the cause of its own.
    cause = error if isinstance(error, Interrupted) else error.__cause__
    return cause if isinstance(cause, Interrupted) else "interrupted"


def arguments_of(given: list[str] | None, *, is_windows: bool = os.name == "nt") -> list[str]:
    """The arguments, by default those of the process; on Windows with the user's folder for `~`, as shells have it.

    Patterns stay as they are, since verbs expand them. click would make an argument of each file on Windows, so that
    all lists but the first of `--numbers lists\\*.csv` were sources.
    """
    arguments = sys.argv[1:] if given is None else given
    return [str(at_home(one)) if one.startswith("~") else one for one in arguments] if is_windows else arguments


@contextmanager
def _plain_warnings() -> Iterator[None]:
    """Shows each warning once and as a line, without the place in the code that Python adds."""
    shown: set[str] = set()

    def show(message: Warning | str, *_: object, **__: object) -> None:
        if str(message) not in shown:
            shown.add(str(message))
            click.echo(one_line(f"warning: {message}"), err=True)

    before, warnings.showwarning = warnings.showwarning, show
    try:
        yield
    finally:
        warnings.showwarning = before


def code_of(error: Exception) -> int:
    """The exit code for an error."""
    if isinstance(error, ArgumentError):
        return USAGE
    return BRAKE if isinstance(error, BrakeError) else INPUT


def sentence(error: Exception) -> str:
    """The message of an error; one of the operating system without its number."""
    if isinstance(error, NumguardError) or not isinstance(error, OSError):
        return str(error)
    return f"{error.filename}: {error.strerror}" if error.filename else str(error.strerror or error)


def say(message: str, code: int) -> int:
    """Say in one line what went wrong; the exit code for it."""
    click.echo(one_line(f"numguard: {' '.join(message.split())}"), err=True)
    return code
