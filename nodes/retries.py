"""`attempts`: the retry policy; whether the same expert is called again after a failure, and after which pause."""

from tenacity import AsyncRetrying

from ..graph.errors import LONGEST_WAIT, ExpertError
from ..graph.retrying import retrying


def attempts(retries: int) -> AsyncRetrying:
    """One attempt and up to `retries` further ones; `with` each. The last failure leaves the loop as `ExpertError`."""
    return retrying(retries, _pause)


def _pause(error: Exception) -> bool | float:
    """See `Pause`; a server asks for seconds with Retry-After."""
    if not isinstance(error, ExpertError) or not error.retryable:
        return False
    if error.retry_after is None:
        return True
    return error.retry_after if error.retry_after <= LONGEST_WAIT else False
