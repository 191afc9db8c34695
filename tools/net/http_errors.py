"""`classify`: what an exception of any HTTP client means (kind, retry, hint); `expert_errors` raises `ExpertError`.

Exceptions of all clients have a response with a status, or a class name that states the failure; both are read here, so
that no library is imported for them. `chat_models/errors.py` maps an `HttpFailure` to `ControllerError`, and
`backends/local/hub_download.py` to `ExpertError` for a download.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from time import time
from traceback import walk_tb
from typing import Literal

from ...graph.errors import ExpertError, FailureKind
from ...graph.untrusted_json import read_untrusted_json
from .server_words import UNSTATED, code_in, message_in, speaks_of_credit
from .transport_errors import causes, refusal_behind

Reason = Literal[
    "refused", "status", "invalid_key", "offline_mode", "timeout", "unreachable", "dropped", "broken_off", "unknown"
]
"""`refused`: by our transport. `status`: the server answers with an error. `invalid_key`: no header may hold the key.
`offline_mode`: HF_HUB_OFFLINE is set. `unreachable`: no connection. `dropped`: accepted, and closed without
an answer. `broken_off`: the connection broke during the call."""

_STATUSES: dict[int, tuple[FailureKind, str]] = {
    400: ("bad_request", "Check the input and the parameters."),
    401: ("no_token", "Is the key right? Set {key}."),
    402: ("payment", "The credits are used up: add some, or choose another expert."),
    403: ("gated", "The key may not call it, or its terms must be accepted on its page on the Hub first."),
    404: ("unknown_model", "Is the model id or URL right, and does any provider serve it?"),
    408: ("timeout", "Try again, or raise the timeout."),
    410: ("unknown_model", "This model is no longer served."),
    413: ("too_large", "Make the input smaller."),
    422: ("bad_request", "Check the input and the parameters."),
    429: ("rate_limit", "Too many requests."),
    503: ("loading", "The model may be loading; try again in a minute."),
    504: ("timeout", "The model took too long; try again, or choose a smaller one."),
}
_SERVER_ERROR: tuple[FailureKind, str] = ("unavailable", "The server is at fault; try again later.")
_FAULT: tuple[FailureKind, str] = ("unavailable", "The server failed at this request; its own log says why.")
"""For 500 and 501, which the same request is likely to get again."""
_CREDIT: tuple[FailureKind, str] = ("payment", "The credits are used up: add some, or choose another model.")
_RETRYABLE = {408, 409, 425, 429}
"""Statuses below 500 after which the same call may succeed; all from 500 on may."""
_SECONDS = re.compile(r"\s*\d+(?:\.\d+)?\s*")

INVALID_KEY = "the key holds characters that no header may have"
HF_TOKEN = "HF_TOKEN (huggingface.co/settings/tokens)"


@dataclass(frozen=True)
class HttpFailure:
    """What an exception of an HTTP client means."""

    reason: Reason
    kind: FailureKind = ""
    detail: str = ""
    """The server's message, or what the connection failed of. A message that repeats the key is left out."""
    hint: str = ""
    """What to do; `{key}` stands for the variable with the key."""
    status: int | None = None
    stated: bool = True
    """Whether the server itself sent this status: an error that names none, in an answer with status 200, counts as 500."""
    retryable: bool = False
    """Whether the same call may succeed later."""
    retry_after: float | None = None
    """Seconds that the server asks to wait."""


_ONLINE = "Are you online, and is the server running?"
_TIMEOUT = HttpFailure("timeout", "timeout", hint="Try again, or raise the timeout.", retryable=True)


def classify(error: BaseException) -> HttpFailure:
    """What an exception of any HTTP client means."""
    names = {base.__name__ for base in type(error).__mro__}
    if (refusal := refusal_behind(error)) is not None:
        refused = HttpFailure("refused", refusal.kind, refusal.message, refusal.hint)
        return _TIMEOUT if isinstance(refusal, TimeoutError) else refused
    if (status := _status_of(error)) is not None:
        return _of_status(status, error)
    if _reported(error):  # an error in the middle of a stream that began with status 200
        code = code_in(getattr(error, "body", None))
        return _of_status(code or 500, error, stated=code is not None)
    if any(repeats_key(str(cause)) for cause in causes(error)):
        return HttpFailure("invalid_key", "no_token", INVALID_KEY, "Set {key} again.")
    if "OfflineModeIsEnabled" in names:
        return HttpFailure("offline_mode", "offline", hint="Unset HF_HUB_OFFLINE.")
    if isinstance(error, TimeoutError) or any("Timeout" in name for name in names):
        return _TIMEOUT
    detail = str(error.__cause__ or error) or type(error).__name__
    if any("Connect" in name for name in names):
        if any(type(cause).__name__ in _DROPPED for cause in causes(error)):
            return HttpFailure("dropped", "offline", detail, _ONLINE, retryable=True)
        return HttpFailure("unreachable", "offline", detail, _ONLINE, retryable=True)
    if names & {"TransportError", "RequestError"}:
        return HttpFailure("broken_off", "offline", detail, _ONLINE, retryable=True)
    return HttpFailure("unknown", "garbage", str(error) or type(error).__name__)


_DROPPED = {"RemoteProtocolError", "ReadError", "WriteError", "ServerDisconnectedError"}
"""What clients raise where a server accepts a connection and closes it."""
_DEFECTS = (TypeError, AttributeError, LookupError, NameError, AssertionError, ArithmeticError)


def is_defect(error: BaseException) -> bool:
    """Whether code of this package itself raised what only a programming error raises: no server caused it.

    Not covered: an error of that kind that a library raises because of what this package gave it.
    """
    innermost = None
    for frame, _ in walk_tb(error.__traceback__):
        innermost = frame
    module = str(innermost.f_globals.get("__name__", "")) if innermost else ""
    return isinstance(error, _DEFECTS) and module.partition(".")[0] == __name__.partition(".")[0]


def _retry_after(error: BaseException) -> float | None:
    """Seconds: `Retry-After` (RFC 9110, section 10.2.3), else the `estimated_time` of a model that is loading."""
    response = getattr(error, "response", None)
    headers = getattr(response, "headers", None) or {}
    header = str(headers.get("retry-after") or "")
    try:
        date = None if _SECONDS.fullmatch(header) else parsedate_to_datetime(header)
        return max(0.0, date.timestamp() - _time_of_server(headers) if date else float(header))
    except ValueError:
        pass
    try:
        return max(0.0, float(read_untrusted_json(getattr(response, "content", b""))["estimated_time"]))
    except Exception:  # not JSON, a stream that was not read, or without an estimate
        return None


def _time_of_server(headers: Mapping[str, str]) -> float:
    """When it answered, by its own clock, which need not agree with ours."""
    try:
        return parsedate_to_datetime(str(headers.get("date") or "")).timestamp()
    except ValueError:
        return time()


def repeats_key(message: str) -> bool:
    """Whether a client's message repeats the header with the key, which must not be shown."""
    return "bearer " in message.lower() or "header value" in message.lower()


@contextmanager
def expert_errors(name: str, timeout: float, *, key: str = HF_TOKEN) -> Iterator[None]:
    """Turn what a client raises in the body into `ExpertError`. `name`: what is called; `key`: the variable with its key."""
    try:
        yield
    except ExpertError:
        raise
    except Exception as error:  # clients do not check what they read: invalid JSON ends in any exception
        if is_defect(error):
            raise
        failure = classify(error)
        cause = None if failure.reason == "invalid_key" else error  # a traceback would show the key
        raise expert_error(failure, name, timeout, key) from cause


def expert_error(failure: HttpFailure, name: str, timeout: float, key: str = HF_TOKEN) -> ExpertError:
    """The `ExpertError` for a failed call to `name`."""
    hint = failure.hint.replace("{key}", key)
    match failure.reason:
        case "timeout":
            return timeout_error(name, timeout)
        case "refused":
            message = f"{name}: {failure.detail}"
        case "status":
            message = f"{name} answers {_with_phrase(failure.status) if failure.stated else 'with an error'}"
            message += f": {failure.detail[:300]}" if failure.detail else ""
            wait = failure.retry_after
            hint += f" The server asks to wait {wait:g} s." if wait is not None else ""
        case "invalid_key":
            message = f"{name} could not be called: {failure.detail}"
        case "offline_mode":
            message = f"{name} can't be reached in offline mode"
        case "unreachable":
            message = f"{name} can't be reached: {failure.detail}"
        case "broken_off" | "dropped":
            message = f"{name} ended the connection before it answered: {failure.detail}"
        case _:
            message = f"{name} could not be called, or answered with something unreadable: {failure.detail[:300]}"
    return ExpertError(
        message, hint=hint, kind=failure.kind, retryable=failure.retryable, retry_after=failure.retry_after
    )


def timeout_error(name: str, timeout: float) -> ExpertError:
    """The error for a call that was given up after `timeout` seconds."""
    return ExpertError(
        f"{name} took longer than {timeout:g} s", hint=_TIMEOUT.hint, kind="timeout", retryable=_TIMEOUT.retryable
    )


def _of_status(status: int, error: BaseException, *, stated: bool = True) -> HttpFailure:
    kind, hint = _STATUSES.get(status, ("", ""))
    if status >= 500 and not kind:
        kind, hint = _FAULT if status in (500, 501) else _SERVER_ERROR
    response = getattr(error, "response", None)
    detail = getattr(error, "server_message", None) or message_in(response) or _reported(error)
    if no_credit := status < 500 and speaks_of_credit(detail, response):
        kind, hint = _CREDIT
    return HttpFailure(
        "status",
        kind,
        detail="" if repeats_key(detail) else detail,
        hint=hint,
        status=status,
        stated=stated and UNSTATED not in getattr(response, "extensions", {}),
        retryable=not no_credit and status != 501 and (status in _RETRYABLE or status >= 500),
        retry_after=_retry_after(error),
    )


def _reported(error: BaseException) -> str:
    """What the clients of OpenAI and Ollama read of an error in an answer; empty for any other exception."""
    if type(error).__name__ == "ResponseError" and getattr(error, "status_code", None) == -1:
        return str(getattr(error, "error", ""))
    plain = type(error).__name__ == "APIError" and getattr(error, "body", None) is not None
    return str(getattr(error, "message", "")) if plain else ""


def _status_of(error: BaseException) -> int | None:
    response = getattr(error, "response", None)
    status = getattr(error, "status_code", None) or getattr(response, "status_code", None)
    return status if isinstance(status, int) and status >= 300 else None


def _with_phrase(status: int | None) -> str:
    """`429 Too Many Requests`."""
    return f"{status} {HTTPStatus(status).phrase}" if status in set(HTTPStatus) else str(status)
