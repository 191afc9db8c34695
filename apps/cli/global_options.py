"""`CommandGroup`: lets the options of the whole command, `--debug` and `--log FILE`, stand before or after a command."""

from collections.abc import Container, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from typer.core import TyperGroup

from ...graph.encodable import refuse_unencodable
from ...graph.errors import UsageError
from .json_errors import print_json_error


class CommandGroup(TyperGroup):
    """Commands among whose options the global ones may stand."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse the global options first."""
        for word in args:
            refuse_unencodable(word, f"the argument {word!r}")
        first = global_options_first(args)
        command = next((self.commands[word] for word in first if word in self.commands), None)
        flags = {o for p in (command.params if command else ()) if getattr(p, "is_flag", False) for o in p.opts}
        with _wrong_use_as_json():
            return super().parse_args(ctx, listed_requests_last(first, flags))

    def invoke(self, ctx: Any) -> Any:
        """Parse the options of a command, and call it."""
        with _wrong_use_as_json():
            return super().invoke(ctx)


@contextmanager
def _wrong_use_as_json() -> Iterator[None]:
    """What the parser refuses is reported as JSON too, where that was requested."""
    try:
        yield
    except Exception as error:
        if wording := getattr(error, "format_message", None):  # a class of click's, or of Typer's, by its version
            print_json_error(type(error).__name__, wording(), "", getattr(error, "exit_code", UsageError.exit_code))
        raise


def listed_requests_last(arguments: Sequence[str], flags: Container[str] = ()) -> list[str]:
    """`run "- summarise notes.txt" --json` as `run --json -- "- summarise notes.txt"`: an item of a list is no option.

    `flags`: options without a value.
    """
    for position, word in enumerate(arguments):
        before = arguments[position - 1] if position else ""
        after_option = before.startswith("-") and before not in flags  # may be its value
        if word.startswith("- ") and not after_option and "--" not in arguments:
            return [*arguments[:position], *arguments[position + 1 :], "--", word]
    return list(arguments)


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
