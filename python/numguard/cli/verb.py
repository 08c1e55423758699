"""A verb: a command of click that takes each option once.

Owns the refusal of an option that is given again where one value counts. One idea: **click takes the last value**, so
that of two lists of protected numbers the first would be left out, and its numbers blocked.
"""

from __future__ import annotations

from collections import Counter

import click


class Verb(click.Command):
    """A command whose options are given once, but for those of several values and for flags."""

    def parse_args(self, context: click.Context, args: list[str]) -> list[str]:
        """Reads the arguments."""
        if not context.resilient_parsing:
            _, more, order = self.make_parser(context).parse_args(args=[*args])
            if more and [one.name for one in self.params if isinstance(one, click.Argument)] == ["source"]:
                # The shell makes several of a name with blanks, or of a pattern.
                context.fail(f"takes one file at a time, and is given {1 + len(more)}; quote a name with blanks")
            given = Counter(order)
            for one, times in given.items():
                if times > 1 and isinstance(one, click.Option) and not (one.multiple or one.is_flag or one.count):
                    name = max(one.opts, key=len)
                    context.fail(f"{name} is given {times} times, and takes one value: only the last would count")
        return super().parse_args(context, args)


class Verbs(click.Group):
    """A group of such verbs."""

    command_class = Verb
