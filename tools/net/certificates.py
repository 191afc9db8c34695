"""`certificates`: the TLS certificates that servers are verified with, read once a process: reading takes 20 ms."""

import os
import ssl
from functools import cache

import certifi


def certificates() -> ssl.SSLContext:
    """certifi's, or those that SSL_CERT_FILE and SSL_CERT_DIR name (for a company's proxy, for instance)."""
    return _read(os.environ.get("SSL_CERT_FILE") or "", os.environ.get("SSL_CERT_DIR") or "")


@cache
def _read(file: str, folder: str) -> ssl.SSLContext:
    if file or folder:
        return ssl.create_default_context(cafile=file or None, capath=folder or None)
    return ssl.create_default_context(cafile=certifi.where())
