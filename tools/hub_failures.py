"""Failures: what huggingface_hub's client raises, as `ExpertError`: what happened, whether to try again, what to do."""

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from ..graph.errors import ExpertError, FailureKind

if TYPE_CHECKING:
    from huggingface_hub.errors import HfHubHTTPError

_KINDS: dict[int, tuple[FailureKind, str]] = {
    400: ("bad_request", "Look at the input and the parameters."),
    401: ("no_token", "Is the token right? Set HF_TOKEN (huggingface.co/settings/tokens)."),
    402: ("payment", "The credits are used up: add some at huggingface.co/settings/billing, or choose another expert."),
    403: ("gated", "The token may not call it, or its terms must be accepted on its page on the Hub first."),
    404: ("unknown_model", "Is the model id or URL right, and does a provider serve it?"),
    408: ("timeout", "Try again, or raise the timeout."),
    410: ("unknown_model", "This model is no longer served."),
    413: ("too_large", "Make the input smaller."),
    422: ("bad_request", "Look at the input and the parameters."),
    429: ("rate_limit", "Too many requests."),
    503: ("loading", "The model may be loading; try again in a minute."),
    504: ("timeout", "The model took too long; try again, or choose a smaller one."),
}
_AT_FAULT: tuple[FailureKind, str] = ("unavailable", "The server is at fault; try again later.")
_PASSING = {408, 429}
"""Statuses below 500 after which the same call may succeed."""


@contextmanager
def failures_of(model_id: str, timeout: float, *, key: str = "HF_TOKEN") -> Iterator[None]:
    """Turn what the client raises in the body into `ExpertError`. `key`: the variable that holds the key for this place."""
    from huggingface_hub.errors import HfHubHTTPError, OfflineModeIsEnabled

    # huggingface_hub 1.x stands on httpx, 2.x on httpx2: the base of its own error is the one of what it stands on.
    transport_error: type[Exception] = next(base for base in HfHubHTTPError.__bases__ if base.__name__ == "HTTPError")
    try:
        yield
    except HfHubHTTPError as error:
        raise _by_status(model_id, error, key) from error
    except OfflineModeIsEnabled as error:
        raise ExpertError(
            f"{model_id} can't be reached in offline mode", hint="Unset HF_HUB_OFFLINE.", kind="offline"
        ) from error
    except (transport_error, TimeoutError, ConnectionError) as error:
        if isinstance(error, TimeoutError) or "Timeout" in type(error).__name__:
            raise too_slow(model_id, timeout) from error
        raise ExpertError(
            f"{model_id} can't be reached: {error or type(error).__name__}",
            hint="Are you online?",
            kind="offline",
            retryable=True,
        ) from error
    except ExpertError:
        raise
    except Exception as error:  # the client does not check what it reads: odd JSON ends in any exception
        raise ExpertError(
            f"{model_id} could not be called, or gave something odd: {str(error)[:300] or type(error).__name__}",
            kind="garbage",
        ) from error


def too_slow(model_id: str, timeout: float) -> ExpertError:
    """For a call that was given up."""
    return ExpertError(
        f"{model_id} took longer than {timeout:g} s",
        hint="Try again, or raise the timeout.",
        kind="timeout",
        retryable=True,
    )


def _by_status(model_id: str, error: "HfHubHTTPError", key: str) -> ExpertError:
    status: int = error.response.status_code
    phrase = HTTPStatus(status).phrase if status in set(HTTPStatus) else ""
    said = f": {error.server_message[:300]}" if error.server_message else ""
    kind, hint = _KINDS.get(
        status, ("unavailable", "The server is at fault; try again later.") if status >= 500 else ("", "")
    )
    seconds = _seconds(error.response)
    if seconds is not None:
        hint += f" The server asks to wait {seconds:g} s."
    return ExpertError(
        f"{model_id} answers {status} {phrase}".rstrip() + said,
        hint=hint.replace("HF_TOKEN (huggingface.co/settings/tokens)", key) if key != "HF_TOKEN" else hint,
        kind=kind,
        retryable=status in _PASSING or status >= 500,
        retry_after=seconds,
    )


def _seconds(response: Any) -> float | None:
    """How long to wait: `Retry-After` in seconds, or the `estimated_time` of a model that is loading."""
    try:
        return max(0.0, float(response.headers["retry-after"]))
    except (KeyError, ValueError):
        pass
    try:
        return max(0.0, float(response.json()["estimated_time"]))
    except (ValueError, KeyError, TypeError):
        return None
