"""Paths of the user's configuration and cache folders, outside of every home; `write_private` writes a file there.

A home holds data, which may come from elsewhere (a checkout, a copy, another person); so no configuration is read from it.
"""

import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from platformdirs import user_cache_path, user_config_path

from .errors import StorageError


def default_config(env: Mapping[str, str] = os.environ) -> Path:
    """`HUGGINGGPT_CONFIG`, else the user's configuration folder: their own servers, homes that they made."""
    return Path(env.get("HUGGINGGPT_CONFIG") or user_config_path("hugginggpt")).expanduser()


def default_cache(env: Mapping[str, str] = os.environ) -> Path:
    """`HUGGINGGPT_CACHE`, else the user's cache folder: model lists and call statistics, for all homes."""
    return Path(env.get("HUGGINGGPT_CACHE") or user_cache_path("hugginggpt")).expanduser()


def write_private(path: Path, text: str) -> None:
    """Write a file that only this user can read, atomically. Raises `StorageError`."""
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}.new")  # no one else can have put a link there
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
        draft.replace(path)
    except OSError as error:
        raise StorageError(
            f"{path} can't be written: {error.strerror or error}", hint="name another folder with HUGGINGGPT_CONFIG"
        ) from error
