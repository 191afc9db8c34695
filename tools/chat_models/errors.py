"""`controller_errors`: what clients of chat models raise, as `ControllerError`; `tries`: which calls are retried."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tenacity import AsyncRetrying

from ...graph.advice import setting
from ...graph.errors import LONGEST_WAIT, ControllerError, FailureKind, HuggingGPTError, IncompleteAnswer
from ...graph.retrying import retrying
from ..net.http_errors import INVALID_KEY, HttpFailure, classify, is_defect, repeats_key
from .endings import connection_ended, cut_off, filtered
from .models import ChatModel
from .windows import larger_window

_HINTS = {
    401: "Is the key right? Set {key}.",
    402: "The account has no credit left.",
    403: "The key may not use this model.",
    404: "Is the model's name right, and does the address end as the server expects (often in /v1)?",
    413: "The request is too long for the server.",
    429: "Too many requests: wait a little.",
    500: "The server failed at this request; its own log says why.",
    501: "The server can't do this; another model or server may.",
}
_FORM = re.compile(
    r"response_?format|json_?(?:schema|object)|\btools?\b|tool_?c|function|grammar|schema", re.IGNORECASE
)
"""What a 500 says where the server does not know the form of answer that was asked for."""
_FULL = re.compile(r"context.?(?:size|length|window)|maximum context|n_ctx", re.IGNORECASE)
"""What servers say of a prompt that is longer than their window."""
_LOST = ("unreachable", "dropped", "broken_off")
"""Reasons of `classify` for a connection that was refused or closed."""


@contextmanager
def controller_errors(model: ChatModel, timeout: float) -> Iterator[None]:
    """Turn what a client raises in the body into `ControllerError`."""
    try:
        yield
    except HuggingGPTError:
        raise
    except Exception as error:
        # The clients do not check what they read: a web page or invalid JSON in an answer ends in any exception.
        if is_defect(error):
            raise
        failure = classify(error)
        cause = None if failure.reason == "invalid_key" else error  # a traceback would show the key
        raise _controller_error(failure, error, model, timeout) from cause


def tries(retries: int, *, unless: Callable[[Exception], bool] = lambda _error: False) -> AsyncRetrying:
    """Attempts at one call, the only layer that retries: with growing pauses, or after those that the server asks for."""
    return retrying(retries, lambda error: not unless(error) and _pause(error), first=0.5, longest=20.0)


def kind_of_failure(error: ControllerError) -> FailureKind:
    """The kind of a call's failure, by what the client raised; for whoever counts those of a provider."""
    if error.__cause__ is None:
        return "no_token" if error.message.endswith(INVALID_KEY) else ""
    failure = classify(error.__cause__)
    return "" if failure.reason in ("broken_off", "unknown") else failure.kind


def is_bad_request(error: BaseException) -> bool:
    """Whether the server rejects the form of the request: it may accept another form."""
    return classify(error).status in (400, 422) or isinstance(error, NotImplementedError)


def may_refuse_form(error: BaseException) -> bool:
    """Whether a server means the form of the answer that was asked for: some fail at one that they do not know."""
    failure = classify(error)
    return (
        is_bad_request(error) or failure.status == 501 or (failure.status == 500 and bool(_FORM.search(failure.detail)))
    )


def is_server_failure(error: BaseException) -> bool:
    """Whether a server failed without a word about the form of the answer, which may be the reason all the same."""
    return classify(error).status == 500


def is_of_the_call(error: BaseException) -> bool:
    """Whether the call itself failed, or a defect ended it, rather than the reading of its answer by a client."""
    known = isinstance(error, HuggingGPTError) or classify(error).reason != "unknown"
    return known or is_defect(error)


def is_connection_lost(error: BaseException) -> bool:
    """Whether the connection was closed while an answer was on its way."""
    return classify(error).reason in _LOST


def _pause(error: Exception) -> bool | float:
    """Whether to retry; in how many seconds, where the server asks for a pause."""
    failure = classify(error)
    if isinstance(error, HuggingGPTError) or failure.reason not in ("status", *_LOST):
        return False  # a call that timed out has used up its time
    if failure.retry_after is not None and failure.retryable:
        return failure.retry_after if failure.retry_after <= LONGEST_WAIT else False
    return failure.retryable


def _controller_error(failure: HttpFailure, error: Exception, model: ChatModel, timeout: float) -> ControllerError:
    name, server = model.name, model.place
    if "LengthFinishReason" in type(error).__name__:
        return cut_off(name)
    if "ContentFilterFinishReason" in type(error).__name__:
        return filtered(name)
    match failure.reason:
        case "refused":
            return ControllerError(f"{name} at {server}: {failure.detail}", hint=failure.hint)
        case "timeout":
            return IncompleteAnswer(f"{name} at {server} gave no answer in {timeout:g} s", hint=failure.hint)
        case "status":
            detail = failure.detail or str(error)
            detail = "(it repeats the key)" if repeats_key(detail) else detail[:300]
            status, wait = failure.status or 0, failure.retry_after or 0.0
            hint = _HINTS.get(status, "Try again later." if status > 501 else "")
            hint = _HINTS[402] if failure.kind == "payment" else hint
            if _FULL.search(detail):
                sent = max((int(number) for number in re.findall(r"\d{3,7}", detail)), default=0)
                hint = f"To have all of it read, {larger_window(name, sent)}."
            hint += f" It asks to wait {wait:g} s." if wait > LONGEST_WAIT else ""
            answers = f"answers {status}" if failure.stated else "answers with an error"
            return ControllerError(
                f"{name} at {server} {answers}: {detail}", hint=hint.replace("{key}", model.key_name)
            )
        case "invalid_key":
            return ControllerError(f"{name} could not be called: {INVALID_KEY}", hint=f"Set {model.key_name} again.")
        case "broken_off":
            return connection_ended(name, server)
        case "dropped":
            return ControllerError(
                f"{name} at {server} accepted the connection and closed it without an answer",
                hint="Its own log may say why; does the address begin with http or https as the server expects?",
            )
        case "unreachable" | "offline_mode":
            return ControllerError(
                f"{name} can't be reached at {server}: {failure.detail}",
                hint=f"Is the server running? Give its address: {setting('llm', 'openai:MODEL@URL')}; "
                f"or use the embedded controller: {setting('llm', 'rules')}.",
            )
    return ControllerError(
        f"{name} at {server} does not answer as a chat model: {_unreadable(error)}",
        hint="Does the address lead to an OpenAI-compatible API (it often ends in /v1)?",
    )


def _unreadable(error: Exception) -> str:
    """What is wrong with an answer on which a client failed; what only its code understands is not shown."""
    names = {base.__name__ for base in type(error).__mro__}
    unread = isinstance(error, AttributeError | TypeError | LookupError) or "Unexpected response type" in str(error)
    if unread or names & {"ValidationError", "JSONDecodeError"}:
        return "it sends something that is no chat completion, such as a web page, or nothing"
    if "No generation chunks" in str(error):
        return "it sends an empty answer"
    return str(error)[:500]
