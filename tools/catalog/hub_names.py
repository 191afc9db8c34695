"""Validates what a Hub returns and paths are built from: commits, model ids, names and sizes of files."""

import re
from pathlib import PurePosixPath

from ...graph.errors import ExpertError

_COMMIT = re.compile(r"[0-9a-f]{40}")
_PART = r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,94}[A-Za-z0-9_-])?"
_MODEL_ID = re.compile(rf"{_PART}(?:/{_PART})?")
"""As huggingface_hub validates them (`validate_repo_id`), ASCII only."""
_FILE = re.compile(r"[^\\/:\x00-\x1f\x7f]{1,255}")
LONGEST_FILE = 400
"""Characters of a file's name, including its folders."""
LARGEST_FILE = 10**13
"""Bytes that a Hub may report for a file."""


def is_commit(text: object) -> bool:
    """Whether it is a commit hash: 40 lower-case hexadecimal digits, as git writes them."""
    return isinstance(text, str) and _COMMIT.fullmatch(text) is not None


def is_model_id(text: object) -> bool:
    """Whether it is a model id of a Hub, `org/name` or `name`."""
    if not isinstance(text, str) or len(text) > 193 or _MODEL_ID.fullmatch(text) is None:
        return False
    return "--" not in text and ".." not in text and not text.endswith(".git")


def is_file_inside(text: object) -> bool:
    """Whether it names a file inside a folder: relative, without `..`, Windows drives, and invalid characters."""
    if not isinstance(text, str) or not 0 < len(text) <= LONGEST_FILE:
        return False
    parts = text.split("/")
    return all(_FILE.fullmatch(part) and part.strip(". ") for part in parts) and PurePosixPath(text).as_posix() == text


def checked_commit(text: object, model_id: str) -> str:
    """The commit that a Hub returns for a model. Raises `ExpertError` where it is not one."""
    if not is_commit(text):
        raise _invalid(f"the commit of {_shown(model_id)} as {_shown(text)}", "a commit has 40 hexadecimal digits")
    return str(text)


def checked_model_id(text: object) -> str:
    """A model id that a Hub returns. Raises `ExpertError` where it is not one."""
    if not is_model_id(text):
        raise _invalid(f"a model called {_shown(text)}", "an id is ORG/NAME, of letters, digits, - _ and .")
    return str(text)


def checked_file_sizes(siblings: object, model_id: str) -> dict[str, int]:
    """The size of each file of a repository, from the Hub's `siblings`. Raises `ExpertError` for an invalid name or size."""
    sizes: dict[str, int] = {}
    for sibling in siblings if isinstance(siblings, list | tuple) else ():
        name, size = getattr(sibling, "rfilename", None), getattr(sibling, "size", None)
        if not is_file_inside(name):
            raise _invalid(f"a file of {_shown(model_id)} as {_shown(name)}", "its name leads out of the repository")
        if not isinstance(size, int) or isinstance(size, bool) or not 0 <= size <= LARGEST_FILE:
            raise _invalid(f"the size of {name} of {_shown(model_id)} as {_shown(size)}", "no file has that size")
        sizes[str(name)] = size
    return sizes


def _invalid(what: str, why: str) -> ExpertError:
    return ExpertError(
        f"the Hub gives {what}, which is refused: {why}",
        hint="Is HF_ENDPOINT a Hub that you trust? Nothing of this answer is used.",
        kind="garbage",
    )


def _shown(text: object) -> str:
    return ascii(text)[:100]
