"""The real fetcher over the smallest store."""

from collections.abc import Callable
from pathlib import Path

from hugginggpt.graph.settings import Settings
from hugginggpt.tools.files.fetch import GuardedFetcher
from hugginggpt.tools.net.addresses import Address, is_public
from stores import FolderStore


def fetcher(folder: Path, allowed: Callable[[Address], bool] = is_public, **given: object) -> GuardedFetcher:
    """`allowed`: which addresses may be read from."""
    settings = Settings.model_validate({"home": folder, "fetch_timeout": 5, **given})
    return GuardedFetcher(FolderStore(folder), settings, allowed=allowed)
