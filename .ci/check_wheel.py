"""Whether a wheel holds every file of our packages, and puts nothing but `hugginggpt` into site-packages."""

import subprocess
import sys
from zipfile import ZipFile

PACKAGES = ("graph", "nodes", "tools", "checkpoints", "apps")


def main(wheel: str) -> None:
    """Print what it holds, or say what is wrong and fail."""
    held = {name for name in ZipFile(wheel).namelist() if not name.endswith("/")}
    tracked = subprocess.run(["git", "ls-files", "-z", *PACKAGES], capture_output=True, text=True, check=True).stdout
    wanted = {f"hugginggpt/{name}" for name in tracked.split("\0") if name}
    wanted |= {"hugginggpt/__init__.py", "hugginggpt/py.typed"}
    if missing := sorted(wanted - held):
        sys.exit(f"{wheel} lacks {', '.join(missing)}")
    tops = {name.split("/")[0] for name in held}
    strangers = {top for top in tops if top != "hugginggpt" and not top.endswith(".dist-info")}
    if strangers or len(tops) != 2:
        sys.exit(f"{wheel} would put {', '.join(sorted(tops))} into site-packages")
    print(f"{len(held)} files, all {len(wanted)} of ours, nothing but hugginggpt")


if __name__ == "__main__":
    main(sys.argv[1])
