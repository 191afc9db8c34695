"""Certificates: those that servers are checked by, read once a process: it takes 20 ms, and every call connects anew."""

import os
import ssl
from functools import cache

import certifi


def certificates() -> ssl.SSLContext:
    """certifi's, or those that SSL_CERT_FILE and SSL_CERT_DIR name, as for a company's proxy."""
    return _read(os.environ.get("SSL_CERT_FILE") or "", os.environ.get("SSL_CERT_DIR") or "")


@cache
def _read(file: str, folder: str) -> ssl.SSLContext:
    if file or folder:
        return ssl.create_default_context(cafile=file or None, capath=folder or None)
    return ssl.create_default_context(cafile=certifi.where())
