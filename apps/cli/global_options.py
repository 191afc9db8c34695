"""`CommandGroup`: lets the options of the whole command, `--debug` and `--log FILE`, stand before or after a command."""

from collections.abc import Sequence
from typing import Any

from typer.core import TyperGroup


class CommandGroup(TyperGroup):
    """Commands among whose options the global ones may stand."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse the global options first."""
        return super().parse_args(ctx, global_options_first(args))


def global_options_first(arguments: Sequence[str]) -> list[str]:
    """`run x --log FILE --debug` as `--log FILE --debug run x`. Arguments behind `--` are left alone."""
    end = arguments.index("--") if "--" in arguments else len(arguments)
    first: list[str] = []
    others: list[str] = []
    words = iter(arguments[:end])
    for word in words:
        if word == "--debug" or word.startswith("--log="):
            first.append(word)
        elif word == "--log":
            if (file := next(words, None)) is None:
                return [word]  # the parser reports that its file is missing
            first += [word, file]
        else:
            others.append(word)
    return [*first, *others, *arguments[end:]]
