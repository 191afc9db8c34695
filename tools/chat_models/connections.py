"""Connections to chat models: what all of them share, made once a process."""

from functools import cache
from typing import Any

from ..net.certificates import certificates


@cache
def unused() -> Any:
    """For the synchronous half of langchain-openai's client, which nobody here calls: it would read them again, 25 ms."""
    import openai

    return openai.DefaultHttpxClient(verify=certificates(), trust_env=False)
