"""Connections to chat models: what all of them share, made once a process."""

import ssl
from functools import cache
from typing import Any

import certifi


@cache
def certificates() -> ssl.SSLContext:
    """Read once a process: it takes 20 ms, and every call has connections of its own."""
    return ssl.create_default_context(cafile=certifi.where())


@cache
def unused() -> Any:
    """For the synchronous half of langchain-openai's client, which nobody here calls: it would read them again, 25 ms."""
    import openai

    return openai.DefaultHttpxClient(verify=certificates())
