"""`default_home`: which folder keeps the runs, and whether a `.hugginggpt` in the working folder was made by this user.

Such a folder may come with a checkout or an archive. It is used without being named only if it has a mark that is recorded
in the user's configuration, belongs to this user, and is closed to others. A home that the user names is used as data.
"""

import json
import os
import secrets
import stat
from collections.abc import Mapping
from pathlib import Path

from platformdirs import user_data_path

from .advice import command, setting
from .configuration import default_config, write_private
from .errors import StorageError, UsageError
from .notices import notice
from .untrusted_json import read_untrusted_json

HERE = Path(".hugginggpt")
DATABASE = "hugginggpt.db"
RESOURCES = "resources"
SCRATCH = "scratch"
_MARK = "mark"
_RECORD = "homes.json"


def default_home(env: Mapping[str, str] = os.environ) -> Path:
    """`HUGGINGGPT_HOME`, else `.hugginggpt` here if this user made it, else the user's data folder."""
    if named := env.get("HUGGINGGPT_HOME"):
        return Path(named).expanduser()
    home = user_data_path("hugginggpt")
    if not os.path.lexists(HERE):
        return home
    if not (reason := why_not(HERE, default_config(env))):
        return HERE.resolve()
    notice(
        f"{HERE.absolute()} is not used: {reason}. Runs are kept in {home}. "
        f"To use it from now on: {command('home --here')}; only now: {setting('home', str(HERE))}"
    )
    return home


def is_kept_in_a_home(path: Path, home: Path) -> bool:
    """Whether `path`, without links, is a file of `home`, or of another folder with a database; others may be beside."""
    used = home.expanduser().resolve()
    return any(
        _keeps(path.relative_to(folder).parts[0])
        for folder in path.parents
        if folder == used or (folder / DATABASE).is_file()
    )


def _keeps(name: str) -> bool:
    """Whether a file or folder of that name in a home is the home's own, also in earlier versions."""
    return name in (RESOURCES, SCRATCH, _MARK) or name.startswith((DATABASE, "endpoints.json", "catalog.db"))


def refuse_links(home: Path) -> None:
    """Raises `StorageError` if a part of a home is a link, or its database no file.

    Files elsewhere would be written as if they were its own; and SQLite takes a pipe or a folder for a failing disk.
    """
    for name in (RESOURCES, SCRATCH, DATABASE, f"{DATABASE}-wal", f"{DATABASE}-shm"):
        try:
            mode = (home / name).lstat().st_mode
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError as error:
            raise StorageError(
                f"the home folder {home} can't be read: {error.strerror or error}",
                hint=f"name another one: {setting('home', 'DIR')}",
            ) from error
        if stat.S_ISLNK(mode):
            raise StorageError(
                f"{home / name} is a link, and a home holds its own files only",
                hint="check its target, and remove it; a home as a whole may be a link",
            )
        if name.startswith(DATABASE) and not stat.S_ISREG(mode):
            raise StorageError(
                f"{home / name} is no file, where a home has its database",
                hint=f"move it away, or name another home: {setting('home', 'DIR')}",
            )


def why_not(folder: Path, config: Path) -> str:
    """Why a folder is not a home that this user made; empty if it is."""
    try:
        status = folder.lstat()
        if not stat.S_ISDIR(status.st_mode):
            return "it is not a folder"
        if os.name == "posix" and status.st_uid != os.geteuid():
            return "it belongs to another user"
        if os.name == "posix" and status.st_mode & 0o077:
            return f"it is open to other users (mode {status.st_mode & 0o777:o}, not 700)"
        mark = (folder / _MARK).read_text(encoding="ascii").strip() if (folder / _MARK).is_file() else ""
    except (OSError, ValueError) as error:
        return f"it can't be read ({error})"
    if not mark or _recorded(config).get(str(folder.resolve())) != mark:
        return "you did not make it here"
    return ""


def adopt(folder: Path, config: Path) -> Path:
    """Make `folder` a home of this user, or adopt an existing one; from now on it is used in the folder that contains it."""
    if folder.is_symlink():
        raise UsageError(f"{folder} is a link", hint=f"name its target: --home {folder.resolve()}")
    try:
        refuse_links(folder)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if os.name == "posix" and folder.stat().st_uid != os.geteuid():
            raise UsageError(f"{folder} belongs to another user", hint="use it as data: --home DIR")
        folder.chmod(0o700)
        mark = secrets.token_hex(16)
        (folder / _MARK).unlink(missing_ok=True)
        write_private(folder / _MARK, mark + "\n")
    except OSError as error:
        raise StorageError(
            f"{folder} can't be made a home: {error.strerror or error}", hint="try another folder"
        ) from None
    home = folder.resolve()
    write_private(config / _RECORD, json.dumps(_recorded(config) | {str(home): mark}, indent=2) + "\n")
    return home


def _recorded(config: Path) -> dict[str, str]:
    try:
        known = read_untrusted_json((config / _RECORD).read_bytes())
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        notice(f"{config / _RECORD} can't be read ({error}): no folder counts as a home that you made")
        return {}
    return {path: mark for path, mark in known.items() if isinstance(mark, str)} if isinstance(known, dict) else {}
