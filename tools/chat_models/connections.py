"""The HTTP client that all chat models share, made once a process."""

from functools import cache
from typing import Any

from ..net.certificates import certificates


@cache
def unused_sync_client() -> Any:
    """For the synchronous half of langchain-openai's client, which is never called: certificates are read once."""
    import openai

    return openai.DefaultHttpxClient(verify=certificates(), trust_env=False)
