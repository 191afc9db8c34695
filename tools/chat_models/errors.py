"""Failures: what the clients of chat models raise, as `ControllerError`: what happened, and what to do.

Every provider's client has its own exceptions; what they share is an HTTP status, a response, or a name.
"""

import re
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from email.utils import parsedate_to_datetime
from typing import Any

import stamina

from ...graph.errors import ControllerError, FailureKind, HuggingGPTError
from ..http_failures import BAD_KEY, is_of_the_key, kind_of, tells_key
from ..net.refusals import refusal_in
from .models import ChatModel

LONGEST_WAIT = 60.0
"""Seconds. A server that asks for a longer pause is not waited for: the user is told."""

_SECONDS = re.compile(r"\s*\d+(?:\.\d+)?\s*")
_HINTS = {
    402: "The account has no credit left.",
    403: "The key may not use this model.",
    404: "Is the model's name right, and does the address end as the server wants it (often in /v1)?",
    413: "The request is too long for the server.",
    429: "Too many requests, or no credit left: wait, or look at the account.",
}
_PASSING = {408, 409, 425, 429, 500, 502, 503, 504, 529}
"""Statuses after which the same call may succeed. 400 and 401 never are."""


@contextmanager
def failures_of(model: ChatModel, timeout: float) -> Iterator[None]:
    """Turn what a client raises in the body into `ControllerError`."""
    try:
        yield
    except HuggingGPTError:
        raise
    except Exception as error:
        # The clients do not check what they read: a web page or odd JSON for an answer ends in any exception.
        told = _told(error, model, timeout)
        raise told from (None if told.message.endswith(BAD_KEY) else error)  # a traceback would show the key


def tries(retries: int) -> AsyncIterator[stamina.Attempt]:
    """Attempts at one call, the only layer that tries again: with growing pauses, or as long as the server asks for."""
    return stamina.retry_context(on=_pause, attempts=retries + 1, timeout=None, wait_initial=0.5, wait_max=20.0)


def status_of(error: BaseException) -> int | None:
    """The HTTP status behind an error."""
    response = getattr(error, "response", None)
    found = getattr(error, "status_code", None) or getattr(response, "status_code", None)
    return found if isinstance(found, int) and found >= 400 else None


def kind_of_failure(error: ControllerError) -> FailureKind:
    """Of which kind a call's failure is, for who counts those of a provider: by what the client raised."""
    cause = error.__cause__
    if cause is None:
        return "no_token" if error.message.endswith(BAD_KEY) else ""
    if (status := status_of(cause)) is not None:
        return kind_of(status)
    if _is_timeout(cause):
        return "timeout"
    return "offline" if _is_connection(cause) else ""


def is_bad_request(error: BaseException) -> bool:
    """Whether the server refused the form of the request: another form may please it."""
    return status_of(error) in (400, 422) or isinstance(error, NotImplementedError)


def is_of_the_call(error: BaseException) -> bool:
    """Whether the call itself failed, and not the reading of what it gave."""
    if isinstance(error, HuggingGPTError) or refusal_in(error):
        return True
    return bool(status_of(error)) or _is_connection(error) or _is_timeout(error)


def cut_off(name: str) -> ControllerError:
    """The error for an answer that ended at the length limit: repairing it would drop tasks silently."""
    return ControllerError(
        f"{name} was cut off before its answer was complete", hint="Choose a model that may write longer answers."
    )


def _pause(error: Exception) -> bool | float:
    """Whether to try again; in how many seconds, where the server says."""
    if isinstance(error, HuggingGPTError) or refusal_in(error):
        return False
    if status_of(error) in _PASSING:
        asked = retry_after(error)
        return True if asked is None else asked if asked <= LONGEST_WAIT else False
    return status_of(error) is None and _is_connection(error)


def retry_after(error: Exception) -> float | None:
    """The seconds that a server asks to wait; it may name a moment instead (RFC 9110, section 10.2.3)."""
    headers: Any = getattr(getattr(error, "response", None), "headers", None) or {}
    asked = str(headers.get("retry-after") or "")
    try:
        return max(
            0.0, float(asked) if _SECONDS.fullmatch(asked) else parsedate_to_datetime(asked).timestamp() - time.time()
        )
    except ValueError:
        return None


def _is_timeout(error: BaseException) -> bool:
    return isinstance(error, TimeoutError) or "Timeout" in type(error).__name__


def _is_connection(error: BaseException) -> bool:
    return isinstance(error, ConnectionError) or "Connect" in type(error).__name__


def _told(error: Exception, model: ChatModel, timeout: float) -> ControllerError:
    name, where, status = model.name, model.place, status_of(error)
    if "LengthFinishReason" in type(error).__name__:
        return cut_off(name)
    refusal = refusal_in(error)
    if refusal is not None and not isinstance(refusal, TimeoutError):
        return ControllerError(f"{name} at {where}: {refusal.message}", hint=refusal.hint)
    if refusal is not None or _is_timeout(error):
        return ControllerError(
            f"{name} at {where} gave no answer in {timeout:g} s", hint="Try again, or raise the timeout."
        )
    if status is not None:
        hint = _HINTS.get(status, "Try again later." if status >= 500 else "")
        if status == 401:
            hint = f"Is the key right? Set {model.key_name}."
        wait = retry_after(error)
        hint += f" It asks to wait {wait:g} s." if wait and wait > LONGEST_WAIT else ""
        return ControllerError(f"{name} at {where} answers {status}: {_said(error)}", hint=hint)
    if is_of_the_key(error):
        return ControllerError(f"{name} could not be called: {BAD_KEY}", hint=f"Set {model.key_name} again.")
    if _is_connection(error):
        return ControllerError(
            f"{name} can't be reached at {where}: {error.__cause__ or error}",
            hint="Is the server running? Give its address as --llm openai:MODEL@URL, or use the embedded controller.",
        )
    return ControllerError(
        f"{name} at {where} does not answer as a chat model: {str(error)[:500]}",
        hint="Does the address lead to an OpenAI-compatible API (it often ends in /v1)?",
    )


def _said(error: Exception) -> str:
    body = getattr(error, "body", None)
    said = body.get("message") if isinstance(body, dict) else None
    told = str(said or error)[:300]
    return "(it repeats the key)" if tells_key(told) else told
