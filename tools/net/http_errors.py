"""Failures of HTTP clients as `ExpertError`: what happened, of which kind it is, whether to try again, what to do.

huggingface_hub 1.x and 2.x, httpx, httpx2 and openai have exceptions of their own; what they share is a response with a
status, or a name that says what went wrong. They are told apart by these, so that no library must be imported for it.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from time import time
from typing import Any

from ...graph.errors import ExpertError, FailureKind
from ...graph.untrusted_json import read_untrusted_json
from .transport_errors import refusal_in

_KINDS: dict[int, tuple[FailureKind, str]] = {
    400: ("bad_request", "Look at the input and the parameters."),
    401: ("no_token", "Is the key right? Set {key}."),
    402: ("payment", "The credits are used up: add some, or choose another expert."),
    403: ("gated", "The key may not call it, or its terms must be accepted on its page on the Hub first."),
    404: ("unknown_model", "Is the model id or URL right, and does anybody serve it?"),
    408: ("timeout", "Try again, or raise the timeout."),
    410: ("unknown_model", "This model is no longer served."),
    413: ("too_large", "Make the input smaller."),
    422: ("bad_request", "Look at the input and the parameters."),
    429: ("rate_limit", "Too many requests."),
    503: ("loading", "The model may be loading; try again in a minute."),
    504: ("timeout", "The model took too long; try again, or choose a smaller one."),
}
_AT_FAULT: tuple[FailureKind, str] = ("unavailable", "The server is at fault; try again later.")
_NUMBER = re.compile(r"\s*\d+(?:\.\d+)?\s*")
_PASSING = {408, 429}
"""Statuses below 500 after which the same call may succeed."""
BAD_KEY = "the key holds characters that no header may have"
HF_TOKEN = "HF_TOKEN (huggingface.co/settings/tokens)"


@contextmanager
def failures_of(what: str, timeout: float, *, key: str = HF_TOKEN) -> Iterator[None]:
    """Turn what a client raises in the body into `ExpertError`. `what` is called; `key`: the variable with its key."""
    try:
        yield
    except ExpertError:
        raise
    except Exception as error:  # clients do not check what they read: odd JSON ends in any exception
        told = _told(what, timeout, error, key)
        raise told from (None if told.message.endswith(BAD_KEY) else error)  # a traceback would show the key


def kind_of(status: int) -> FailureKind:
    """Which kind of failure an HTTP status tells of; empty for none in particular."""
    return _KINDS.get(status, _AT_FAULT if status >= 500 else ("", ""))[0]


def too_slow(what: str, timeout: float) -> ExpertError:
    """For a call that was given up."""
    return ExpertError(
        f"{what} took longer than {timeout:g} s",
        hint="Try again, or raise the timeout.",
        kind="timeout",
        retryable=True,
    )


def tells_key(message: str) -> bool:
    """Whether a client's message repeats the header with the key, which nobody may read."""
    return "bearer " in message.lower() or "header value" in message.lower()


def is_of_the_key(error: BaseException | None) -> bool:
    """Whether a key is at fault that can't be sent: of all that an error came from, something repeats it."""
    while error is not None:
        if tells_key(str(error)):
            return True
        error = error.__cause__ or error.__context__
    return False


def _told(what: str, timeout: float, error: Exception, key: str) -> ExpertError:
    if (refusal := refusal_in(error)) is not None:
        return too_slow(what, timeout) if isinstance(refusal, TimeoutError) else refusal.as_expert_error(what)
    response = getattr(error, "response", None)
    if isinstance(getattr(response, "status_code", None), int):
        return _by_status(what, response, getattr(error, "server_message", None), key)
    if is_of_the_key(error):
        return ExpertError(f"{what} could not be called: {BAD_KEY}", hint=f"Set {key} again.", kind="no_token")
    names = {base.__name__ for base in type(error).__mro__}
    if "OfflineModeIsEnabled" in names:
        return ExpertError(f"{what} can't be reached in offline mode", hint="Unset HF_HUB_OFFLINE.", kind="offline")
    if isinstance(error, TimeoutError) or any("Timeout" in name for name in names):
        return too_slow(what, timeout)
    if isinstance(error, ConnectionError) or names & {"TransportError", "RequestError", "APIConnectionError"}:
        reason = error.__cause__ or error
        return ExpertError(
            f"{what} can't be reached: {str(reason) or type(error).__name__}",
            hint="Are you online, and is the server running?",
            kind="offline",
            retryable=True,
        )
    return ExpertError(
        f"{what} could not be called, or gave something odd: {str(error)[:300] or type(error).__name__}", kind="garbage"
    )


def _by_status(what: str, response: Any, message: str | None, key: str) -> ExpertError:
    status: int = response.status_code
    phrase = HTTPStatus(status).phrase if status in set(HTTPStatus) else ""
    said = message or _body(response)
    said = "" if tells_key(said) else said
    kind, hint = _KINDS.get(status, _AT_FAULT if status >= 500 else ("", ""))
    seconds = _seconds(response)
    if seconds is not None:
        hint += f" The server asks to wait {seconds:g} s."
    return ExpertError(
        f"{what} answers {status} {phrase}".rstrip() + (f": {said[:300]}" if said else ""),
        hint=hint.format(key=key),
        kind=kind,
        retryable=status in _PASSING or status >= 500,
        retry_after=seconds,
    )


def _body(response: Any) -> str:
    """What the server says, where it says it in a known form."""
    try:
        told = read_untrusted_json(response.content)
    except Exception:  # no JSON, or a stream that was not read
        return ""
    error = told.get("error", told.get("message", "")) if isinstance(told, dict) else ""
    return str(error.get("message", "") if isinstance(error, dict) else error)


def _seconds(response: Any) -> float | None:
    """How long to wait: `Retry-After` in seconds or as a date, or the `estimated_time` of a model that is loading."""
    asked = str(response.headers.get("retry-after", ""))
    try:
        return max(0.0, float(asked) if _NUMBER.fullmatch(asked) else parsedate_to_datetime(asked).timestamp() - time())
    except ValueError:
        pass
    try:
        return max(0.0, float(read_untrusted_json(response.content)["estimated_time"]))
    except Exception:  # no JSON, or not that
        return None
