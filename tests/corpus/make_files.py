"""Writes the files of the corpus by other programs than the libraries that read them: python tests/corpus/make_files.py

Each file is made by a function below; one whose program is missing is left as it is, and named. The files are kept in
the repository, so that tests need none of the programs.
"""

import sys
from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).parent
FILES = HERE / "files"
MAKERS: dict[str, Callable[[Path], None]] = {}
"""By the name of the file."""


def makes(name: str) -> Callable[[Callable[[Path], None]], Callable[[Path], None]]:
    """Register the function that writes the file `name`; it gets the path."""

    def register(function: Callable[[Path], None]) -> Callable[[Path], None]:
        MAKERS[name] = function
        return function

    return register


@makes("members.csv")
def members_csv(path: Path) -> None:
    path.write_bytes(b"name,city,amount\r\nAnna,Bergen,12.50\r\nBo,Oslo,7.25\r\nCarl,Bergen,30.00\r\n")


def main() -> None:
    """Write the files that are named, or all."""
    FILES.mkdir(exist_ok=True)
    chosen = sys.argv[1:] or list(MAKERS)
    for name in chosen:
        try:
            MAKERS[name](FILES / name)
        except FileNotFoundError as error:
            print(f"{name} is left as it is: there is no program {error.filename}")


if __name__ == "__main__":
    main()
