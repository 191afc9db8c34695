"""Answers of chat models that are none: cut off, filtered, refused, given up or broken off, as `IncompleteAnswer`."""

from ...graph.errors import IncompleteAnswer

_FILTERED = frozenset(
    "content_filter content_filtered safety refusal recitation blocklist prohibited_content spii image_safety sensitive"
    " guardrail_intervened".split()
)
"""End reasons of OpenAI, Azure, Anthropic, Google, Bedrock and Zhipu for an answer that a filter ended."""
_CUT_OFF = frozenset("length max_tokens incomplete model_length model_context_window_exceeded".split())
_FAILED = frozenset(
    "error failed abort aborted cancel cancelled canceled timeout network_error server_error"
    " insufficient_system_resource malformed_function_call other finish_reason_unspecified".split()
)
"""End reasons of vLLM, OpenRouter, DeepSeek, Zhipu and Google for an answer that its server gave up."""


class EndlessAnswer(IncompleteAnswer):
    """An answer that reached a limit, of length or of its whole time, before its end: asked again, it would do so again."""


def cut_off(name: str, tokens: int = 0) -> EndlessAnswer:
    """The error for an answer that ended at the length limit, after so many `tokens`."""
    after = f", after {tokens:,} tokens" if tokens else ""
    return EndlessAnswer(
        f"{name} was cut off before its answer was complete{after}",
        hint="Choose a model that may write longer answers, or give its server a larger window.",
    )


def connection_ended(name: str, server: str) -> IncompleteAnswer:
    """The error for a stream whose connection was closed before the model reported the end of its answer."""
    return IncompleteAnswer(
        f"the answer of {name} broke off: {server} ended the connection before it was complete",
        hint="Try again; the server's own log may say why.",
    )


def check_ending(reason: str, name: str, place: str, tokens: int) -> None:
    """Raises `IncompleteAnswer` where an answer of so many `tokens` ended before its end: what there is of it is none."""
    if reason in _FILTERED:
        raise filtered(name)
    if reason in _CUT_OFF:
        raise cut_off(name, tokens)
    if reason in _FAILED:
        raise IncompleteAnswer(
            f"{name} at {place} gave up its answer before the end, for the reason {reason!r}",
            hint="Try again; the server's own log may say why.",
        )


def refused(name: str, words: str) -> IncompleteAnswer:
    """The error for a refusal that a model sends in place of an answer."""
    return IncompleteAnswer(
        f"{name} refuses to answer: {words.strip()[:300]}", hint="Rephrase the request, or choose another model."
    )


def filtered(name: str) -> IncompleteAnswer:
    """The error for an answer that a content filter ended."""
    return IncompleteAnswer(
        f"a content filter ended the answer of {name}", hint="Rephrase the request, or choose another model."
    )
