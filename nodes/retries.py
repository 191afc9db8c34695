"""`attempts`: the retry policy; whether the same expert is called again after a failure, and after which pause."""

import logging
from collections.abc import AsyncIterator

import stamina

from ..graph.errors import LONGEST_WAIT, ExpertError

_log = logging.getLogger(__name__)


def attempts(retries: int) -> AsyncIterator[stamina.Attempt]:
    """One attempt and up to `retries` further ones; `with` each. The last failure leaves the loop as `ExpertError`."""
    return aiter(stamina.retry_context(on=_pause, attempts=retries + 1, timeout=None))


def _pause(error: Exception) -> bool | float:
    """False: no further attempt. True: after the default backoff. Seconds: as the server asks with Retry-After."""
    if not isinstance(error, ExpertError) or not error.retryable:
        return False
    _log.info("a call failed and may be retried: %s (%s)", error.message, error.kind or "no kind")
    if error.retry_after is None:
        return True
    return error.retry_after if error.retry_after <= LONGEST_WAIT else False
