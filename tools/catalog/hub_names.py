"""Names that come from a Hub and become paths: commits, model ids, files in a repository. Nothing else passes."""

import re
from pathlib import PurePosixPath

from ...graph.errors import ExpertError

_COMMIT = re.compile(r"[0-9a-f]{40}")
_PART = r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,94}[A-Za-z0-9_-])?"
_MODEL_ID = re.compile(rf"{_PART}(?:/{_PART})?")
"""As huggingface_hub validates them (`validate_repo_id`), and of plain letters only."""
_FILE = re.compile(r"[^\\/:\x00-\x1f\x7f]{1,255}")
LONGEST_FILE = 400
"""Characters of a file's name with its folders."""
LARGEST_FILE = 10**13
"""Bytes that a Hub may say a file has."""


def is_commit(text: object) -> bool:
    """Whether it is a commit: 40 hexadecimal digits, as git writes them."""
    return isinstance(text, str) and _COMMIT.fullmatch(text) is not None


def is_model_id(text: object) -> bool:
    """Whether it is an id on a Hub, `org/name` or `name`."""
    return (
        isinstance(text, str)
        and _MODEL_ID.fullmatch(text) is not None
        and len(text) <= 193
        and "--" not in text
        and ".." not in text
        and not text.endswith(".git")
    )


def is_file_inside(text: object) -> bool:
    """Whether it names a file inside a folder: relative, without `..`, drives of Windows, or what no file name has."""
    if not isinstance(text, str) or not 0 < len(text) <= LONGEST_FILE:
        return False
    parts = text.split("/")
    return all(_FILE.fullmatch(part) and part.strip(". ") for part in parts) and PurePosixPath(text).as_posix() == text


def commit(text: object, model_id: str) -> str:
    """The commit that a Hub names for a model. Raises `ExpertError` for what is none."""
    if not is_commit(text):
        raise _refused(f"the commit of {_shown(model_id)} as {_shown(text)}", "a commit has 40 hexadecimal digits")
    return str(text)


def checked_id(text: object) -> str:
    """A model id that a Hub tells. Raises `ExpertError` for what is none."""
    if not is_model_id(text):
        raise _refused(f"a model called {_shown(text)}", "an id is ORG/NAME, of letters, digits, - _ and .")
    return str(text)


def file_sizes(listed: object, model_id: str) -> dict[str, int]:
    """Sizes by name of a repository's files as a Hub tells them (`siblings`). Raises `ExpertError` for odd ones."""
    sizes: dict[str, int] = {}
    for sibling in listed if isinstance(listed, list | tuple) else ():
        name, size = getattr(sibling, "rfilename", None), getattr(sibling, "size", None)
        if not is_file_inside(name):
            raise _refused(f"a file of {_shown(model_id)} as {_shown(name)}", "its name leads out of the repository")
        if not isinstance(size, int) or isinstance(size, bool) or not 0 <= size <= LARGEST_FILE:
            raise _refused(f"the size of {name} of {_shown(model_id)} as {_shown(size)}", "no file has that size")
        sizes[str(name)] = size
    return sizes


def _refused(what: str, why: str) -> ExpertError:
    return ExpertError(
        f"the Hub gives {what}, which is refused: {why}",
        hint="Is HF_ENDPOINT a Hub that you trust? Nothing of this answer is used.",
        kind="garbage",
    )


def _shown(text: object) -> str:
    return ascii(text)[:100]
