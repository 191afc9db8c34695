"""`retrying`: the attempts at one call, with growing pauses or those that a server asks for. It prints nothing."""

import logging
from collections.abc import Callable

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, stop_after_attempt, wait_exponential_jitter

_log = logging.getLogger(__name__)

Pause = Callable[[Exception], bool | float]
"""False: no further attempt. True: after the default pause. Else: after so many seconds."""


def retrying(retries: int, pause: Pause, *, first: float = 0.1, longest: float = 5.0) -> AsyncRetrying:
    """One attempt and up to `retries` further ones; `with` each. The last failure leaves the loop as it is.

    `first`, `longest`: seconds of the default pause, which doubles from one to the next, with up to a second of jitter.
    """
    growing = wait_exponential_jitter(multiplier=first, max=longest)

    def seconds(state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        _log.info("a call failed and is tried again: %s", error)
        asked = pause(error) if isinstance(error, Exception) else True
        return growing(state) if asked is True else float(asked)

    def again(error: BaseException) -> bool:
        return isinstance(error, Exception) and pause(error) is not False

    return AsyncRetrying(
        retry=retry_if_exception(again), wait=seconds, stop=stop_after_attempt(retries + 1), reraise=True
    )
