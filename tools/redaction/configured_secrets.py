"""`redactor_of` collects the secrets to remove: from settings, environment, saved token, and URLs of servers."""

import os
from collections.abc import Iterator, Mapping

from pydantic import SecretStr

from ...graph.redactor import Redactor, secrets_in, secrets_of
from ...graph.settings import Settings
from ..backends.endpoint.endpoints_file import read_endpoints


def redactor_of(settings: Settings, env: Mapping[str, str] = os.environ) -> Redactor:
    """The redactor for a world. Each world creates its own, since keys may have changed."""
    return Redactor([*_of_settings(settings), *_of_endpoints(settings, env), *secrets_of(env)])


def _of_settings(settings: Settings) -> Iterator[str]:
    for _, value in settings:
        if isinstance(value, SecretStr):
            yield value.get_secret_value()
    for address in (settings.chat_model, settings.vlm, settings.openai_base_url or ""):
        yield from secrets_in(address)


def _of_endpoints(settings: Settings, env: Mapping[str, str]) -> Iterator[str]:
    for endpoint in read_endpoints(settings.config):
        yield env.get(endpoint.key_env, "") if endpoint.key_env else ""
        yield from secrets_in(endpoint.url)
