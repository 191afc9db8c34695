"""What huggingface_hub's client raises, as `ExpertError`: what happened, whether to try again, what to do."""

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import TYPE_CHECKING

from ...graph.errors import ExpertError

if TYPE_CHECKING:
    from huggingface_hub.errors import HfHubHTTPError

_HINTS = {
    400: "Look at the prompt and the parameters.",
    401: "Is the token right? Set HF_TOKEN (huggingface.co/settings/tokens).",
    402: "The credits are used up: add some at huggingface.co/settings/billing, or choose another expert.",
    403: "The token may not call inference providers, or the model is gated: see its page on the Hub.",
    404: "Is the model id or URL right, and does a provider serve it?",
    422: "Look at the prompt and the parameters.",
    429: "Too many requests.",
}


@contextmanager
def failures_of(model_id: str, timeout: float) -> Iterator[None]:
    """Turn what the client raises in the body into `ExpertError`."""
    from huggingface_hub.errors import HfHubHTTPError, OfflineModeIsEnabled
    from PIL import Image

    # huggingface_hub 1.x stands on httpx, 2.x on httpx2: the base of its own error is the one of what it stands on.
    transport_error: type[Exception] = next(base for base in HfHubHTTPError.__bases__ if base.__name__ == "HTTPError")
    try:
        yield
    except HfHubHTTPError as error:
        raise _by_status(model_id, error) from error
    except OfflineModeIsEnabled as error:
        raise ExpertError(f"{model_id} can't be reached in offline mode", hint="Unset HF_HUB_OFFLINE.") from error
    except (transport_error, TimeoutError, ConnectionError) as error:
        if isinstance(error, TimeoutError) or "Timeout" in type(error).__name__:
            raise ExpertError(
                f"{model_id} took longer than {timeout:g} s", hint="Try again, or raise the timeout.", retryable=True
            ) from error
        raise ExpertError(
            f"{model_id} can't be reached: {error or type(error).__name__}", hint="Are you online?", retryable=True
        ) from error
    except (Image.DecompressionBombError, SyntaxError, OSError) as error:  # Pillow: unknown format, cut off, too large
        raise ExpertError(f"{model_id} gave something that is no image: {error}", retryable=True) from error
    except (ValueError, LookupError, TypeError, AttributeError) as error:  # the client: no provider, unexpected JSON
        raise ExpertError(f"{model_id} could not be called: {error}") from error


def _by_status(model_id: str, error: "HfHubHTTPError") -> ExpertError:
    status: int = error.response.status_code
    phrase = HTTPStatus(status).phrase if status in set(HTTPStatus) else ""
    said = f": {error.server_message[:300]}" if error.server_message else ""
    hint = _HINTS.get(status, "The server is at fault; try again later." if status >= 500 else "")
    if status == 429 and (seconds := error.response.headers.get("retry-after")):
        hint += f" The server asks to wait: {seconds} s."
    return ExpertError(
        f"{model_id} answers {status} {phrase}".rstrip() + said,
        hint=hint,
        retryable=status in (408, 429) or status >= 500,
    )
