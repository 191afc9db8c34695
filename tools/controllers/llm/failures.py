"""What langchain-openai's client raises, as `ControllerError`: what happened, and what to do."""

from collections.abc import Iterator
from contextlib import contextmanager

from ....graph.errors import ControllerError

_HINTS = {
    401: "Is the key right? Set OPENAI_API_KEY.",
    402: "The account has no credit left.",
    403: "The key may not use this model.",
    404: "Is the model's name right, and does OPENAI_BASE_URL end as the server wants it (often in /v1)?",
    413: "The request is too long for the server.",
    429: "Too many requests, or no credit left: wait, or look at the account.",
}


@contextmanager
def failures_of(name: str, base_url: str | None, timeout: float) -> Iterator[None]:
    """Turn what the client raises in the body into `ControllerError`."""
    import openai

    where = base_url or "api.openai.com"
    try:
        yield
    except (TimeoutError, openai.APITimeoutError) as error:
        raise ControllerError(
            f"{name} at {where} gave no answer in {timeout:g} s", hint="Try again, or raise the timeout."
        ) from error
    except openai.APIConnectionError as error:
        reason = error.__cause__ or error
        raise ControllerError(
            f"{name} can't be reached at {where}: {reason}",
            hint="Is the server running? Set OPENAI_BASE_URL to its address, or use the embedded controller.",
        ) from error
    except openai.APIStatusError as error:
        hint = _HINTS.get(error.status_code, "Try again later." if error.status_code >= 500 else "")
        raise ControllerError(f"{name} at {where} answers {error.status_code}: {_said(error)}", hint=hint) from error
    except openai.LengthFinishReasonError as error:
        raise cut_off(name) from error
    except (openai.OpenAIError, ValueError, TypeError, LookupError, AttributeError) as error:
        # The client does not check what it reads: a web page or odd JSON in place of an answer ends in any of these.
        raise ControllerError(
            f"{name} at {where} does not answer as a chat model: {error}",
            hint="Does OPENAI_BASE_URL lead to an OpenAI-compatible API (it often ends in /v1)?",
        ) from error


def bad_request() -> type[Exception]:
    """What the client raises for status 400."""
    import openai

    return openai.BadRequestError


def cut_off(name: str) -> ControllerError:
    """The error for an answer that ended at the length limit: repairing it would drop tasks silently."""
    return ControllerError(
        f"{name} was cut off before its answer was complete", hint="Choose a model that may write longer answers."
    )


def _said(error: Exception) -> str:
    body = getattr(error, "body", None)
    said = body.get("message") if isinstance(body, dict) else None
    return str(said or error)[:300]
