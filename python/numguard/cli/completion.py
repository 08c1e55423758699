"""`numguard completion`: the script with which a shell completes verbs and options."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from numguard.cli.verb import Verb

#: The variable that the script sets; click determines its name.
VARIABLE = "_NUMGUARD_COMPLETE"


@click.command(cls=Verb)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print the script that makes a shell complete verbs.

    It completes options too.

    \b
      numguard completion bash >> ~/.bashrc
      numguard completion zsh >> ~/.zshrc
      numguard completion fish > ~/.config/fish/completions/numguard.fish
    """
    completion = get_completion_class(shell)
    if completion is None:
        raise click.UsageError(f"shell: {shell} is not known here")
    click.echo(completion(context.find_root().command, {}, "numguard", VARIABLE).source())
