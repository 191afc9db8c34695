"""Write `docs/settings.md`: every setting with its variable, default and meaning, drawn from the code.

python docs/settings.py            writes it
python docs/settings.py --check    exit code 1 when it is out of date
"""

import ast
import inspect
import sys
from itertools import pairwise
from pathlib import Path

from pydantic.fields import FieldInfo

from hugginggpt.graph.environment import OF_THE_COMMAND, variable_of
from hugginggpt.graph.settings import PRESETS, Settings

PAGE = Path(__file__).parent / "settings.md"
HEAD = """# Settings

Drawn by `docs/settings.py` from `graph/settings.py`.

Each setting is a variable of the environment and a field of `hugginggpt.Settings`. An option of the command wins over the
variable. `Settings(...)` in Python reads no variable; `Settings.from_env(...)` does. A `HUGGINGGPT_` variable that is not in
this table is ignored with a warning.

| variable | field | default | meaning |
|---|---|---|---|
"""
COMPUTED = {
    "home": "`.hugginggpt` if you made it, else your data folder",
    "config": "your configuration folder",
    "cache": "your cache folder",
    "workers": "number of processors, at most 4",
}
"""Defaults that depend on the machine."""


def page() -> str:
    """The whole page."""
    meanings = _docstrings()
    rows = "".join(_row(name, field, meanings[name]) for name, field in Settings.model_fields.items())
    presets = "".join(f"- `{name}`: {', '.join(places)}\n" for name, places in PRESETS.items())
    command = "".join(f"| `{name}` | {meaning} |\n" for name, meaning in OF_THE_COMMAND.items())
    return (
        f"{HEAD}{rows}\nPresets of `HUGGINGGPT_WHERE`:\n\n{presets}"
        f"\nVariables of the command only:\n\n| variable | meaning |\n|---|---|\n{command}"
    )


def _docstrings() -> dict[str, str]:
    """The string under each field. Not pydantic's `use_attribute_docstrings`: that reads the source at each start."""
    (settings,) = ast.parse(inspect.getsource(Settings)).body
    assert isinstance(settings, ast.ClassDef)
    return {
        field.target.id: " ".join(text.value.value.split())
        for field, text in pairwise(settings.body)
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name)
        if isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant) and isinstance(text.value.value, str)
    }


def _row(name: str, field: FieldInfo, meaning: str) -> str:
    return f"| `{variable_of(name, field)}` | `{name}` | {_default(name, field)} | {meaning} |\n"


def _default(name: str, field: FieldInfo) -> str:
    if name in COMPUTED:
        return COMPUTED[name]
    value = field.get_default()
    if value in (None, "", ()):
        return ""
    return f"`{value}`"


def main() -> None:
    """Write, or check."""
    if "--check" in sys.argv:
        current = PAGE.read_text(encoding="utf-8") == page()
        sys.exit(0 if current else "docs/settings.md is out of date: python docs/settings.py")
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
