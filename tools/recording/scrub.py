"""Scrub: keys and the user's own folders taken out of what is recorded.

Known keys are those of the settings and of the environment; what merely looks like a key goes too. Not covered: secrets
inside files that a run was given or made. They are recorded as they are.
"""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from ...graph.settings import Settings

REMOVED = "[removed]"
_NAMED_LIKE_KEYS = re.compile(r"(_|^)(API_?KEY|TOKEN|SECRET|PASSWORD|ACCESS_KEY)(_|$)", re.IGNORECASE)
_LOOKS_LIKE_A_KEY = re.compile(
    r"\b(?:hf_[A-Za-z0-9]{16,}|sk-[\w-]{16,}|gsk_\w{16,}|AIza[\w-]{30,}|(?<=Bearer )[\w.~+/-]{8,}=*)|(?<=://)[^\s/@:]+:[^\s/@]+(?=@)"
)
SHORTEST_KEY = 8
"""Characters; shorter values of such variables are words like "none"."""


class Scrubber:
    """Takes out what must not leave this machine; the same text always becomes the same."""

    def __init__(self, settings: Settings, env: Mapping[str, str] = os.environ) -> None:
        secrets = [value.get_secret_value() for _, value in settings if isinstance(value, SecretStr)]
        secrets += [value for name, value in env.items() if _NAMED_LIKE_KEYS.search(name)]
        replaced = {secret: REMOVED for secret in secrets if len(secret) >= SHORTEST_KEY}
        replaced |= {str(settings.home): "[home]"}
        if len(home := str(Path.home())) > 1:
            replaced |= {home: "~"}
        self._replaced = dict(sorted(replaced.items(), key=lambda pair: -len(pair[0])))

    def __call__(self, value: Any) -> Any:
        """The same JSON value, clean."""
        match value:
            case str():
                for secret, instead in self._replaced.items():
                    value = value.replace(secret, instead)
                return _LOOKS_LIKE_A_KEY.sub(REMOVED, value)
            case dict():
                return {name: self(part) for name, part in value.items()}
            case list() | tuple():
                return [self(part) for part in value]
        return value
