"""Does the work of `home`: prints where runs are kept and why; `--here` makes a home in the working folder."""

import os
from pathlib import Path

from ...graph.configuration import default_config
from ...graph.homes import HERE, adopt
from .arguments import settings_of
from .console import note, out, plain, print_json, report_errors


def print_home(named: Path | None, *, here: bool, as_json: bool) -> None:
    """`hugginggpt home`."""
    with report_errors():
        home = adopt(named or HERE, default_config()) if here else None
        settings = settings_of(home=home or named)
        home = home or settings.home
    why = _reason(home, named, here)
    if as_json:
        print_json({"home": str(home), "why": why, "config": str(settings.config), "cache": str(settings.cache)})
        return
    out().print(plain(str(home)), soft_wrap=True)
    note(f"{why}; servers that you added: {plain(str(settings.config))}")


def _reason(home: Path, named: Path | None, here: bool) -> str:
    if here:
        wins = os.environ.get("HUGGINGGPT_HOME")
        return "used from now on when you work in this folder" + (
            f"; but not while HUGGINGGPT_HOME is set, which names {plain(wins)}" if wins else ""
        )
    if named:
        return "set by --home"
    if os.environ.get("HUGGINGGPT_HOME"):
        return "set by HUGGINGGPT_HOME"
    return "you made it here" if home == HERE.resolve() else "your data folder"
