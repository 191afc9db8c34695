"""What an exception of any HTTP client means, and when the call may be retried."""

import json
import time
from email.utils import formatdate
from typing import Any

import httpx
import openai
import pytest
from huggingface_hub.errors import HfHubHTTPError, OfflineModeIsEnabled

from hugginggpt.graph.errors import ExpertError
from hugginggpt.tools.backends.answers import text_answer
from hugginggpt.tools.net.http_errors import classify, expert_errors
from hugginggpt.tools.net.transport_errors import CrossOriginRedirect, DeadlineExceeded

REQUEST = httpx.Request("POST", "http://127.0.0.1/v1")


def response(status: int, body: object = None, **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.Response(status, headers=named, content=json.dumps(body), request=REQUEST)


def of_every_client(answer: httpx.Response) -> list[Exception]:
    return [
        httpx.HTTPStatusError("no", request=REQUEST, response=answer),
        openai.APIStatusError("no", response=answer, body=None),
        HfHubHTTPError("no", response=answer, server_message="slow down"),
    ]


@pytest.mark.parametrize(
    ("status", "kind", "retryable"),
    [
        (400, "bad_request", False), (401, "no_token", False), (402, "payment", False), (403, "gated", False),
        (404, "unknown_model", False), (408, "timeout", True), (409, "", True), (413, "too_large", False),
        (425, "", True), (429, "rate_limit", True), (500, "unavailable", True), (503, "loading", True),
        (504, "timeout", True), (529, "unavailable", True),
    ],
)  # fmt: skip
def test_a_status_means_the_same_from_every_client(status: int, kind: str, retryable: bool) -> None:
    """A status has one kind, and one rule for retries, whichever client raises it."""
    answer = response(status, {"error": {"message": "slow down"}}, retry_after="7")
    failures = {classify(error) for error in of_every_client(answer)}
    assert len(failures) == 1
    failure = failures.pop()
    assert (failure.reason, failure.status, failure.kind, failure.retryable) == ("status", status, kind, retryable)
    assert (failure.detail, failure.retry_after) == ("slow down", 7.0)


@pytest.mark.parametrize(
    ("answer", "seconds"),
    [
        (response(429), None),
        (response(429, retry_after="2.5"), 2.5),
        (response(429, retry_after=formatdate(0, usegmt=True)), 0),
        (response(429, retry_after=formatdate(1030), date=formatdate(1000)), 30),  # its clock is not ours
        (response(429, retry_after="soon"), None),
        (response(503, {"error": "loading", "estimated_time": 20}), 20),
        (response(503, {"estimated_time": 20}, retry_after="3"), 3),
    ],
)
def test_a_pause_that_a_server_asks_for_is_read_in_each_form(answer: httpx.Response, seconds: float | None) -> None:
    """`Retry-After` is read in seconds and as a date, and the estimate of a loading model in its place."""
    for error in of_every_client(answer):
        assert classify(error).retry_after == (None if seconds is None else pytest.approx(seconds, rel=0.2))


def test_a_pause_until_a_date_is_counted_from_now() -> None:
    """A date in `Retry-After` without the server's own clock beside it is compared with the clock here."""
    for error in of_every_client(response(429, retry_after=formatdate(time.time() + 3600, usegmt=True))):
        assert classify(error).retry_after == pytest.approx(3600, rel=0.05)


@pytest.mark.parametrize(
    ("error", "reason", "kind", "retryable"),
    [
        (httpx.ConnectError("refused"), "unreachable", "offline", True),
        (openai.APIConnectionError(request=REQUEST), "unreachable", "offline", True),
        (httpx.ReadError("reset"), "broken_off", "offline", True),
        (httpx.ReadTimeout("slow"), "timeout", "timeout", True),
        (openai.APITimeoutError(request=REQUEST), "timeout", "timeout", True),
        (TimeoutError(), "timeout", "timeout", True),
        (DeadlineExceeded(), "timeout", "timeout", True),
        (OfflineModeIsEnabled("offline"), "offline_mode", "offline", False),
        (httpx.LocalProtocolError("Illegal header value b'Bearer hf_x\\n'"), "invalid_key", "no_token", False),
        (CrossOriginRedirect("http://a", "http://b"), "refused", "bad_request", False),
        (KeyError("choices"), "unknown", "garbage", False),
    ],
)
def test_a_failure_without_a_status_is_classified(error: Exception, reason: str, kind: str, retryable: bool) -> None:
    """A connection, a timeout, a refusal of ours and an unreadable response are distinguished."""
    failure = classify(error)
    assert (failure.reason, failure.kind, failure.retryable) == (reason, kind, retryable)


def test_a_refusal_is_found_inside_the_exception_of_a_client() -> None:
    """A client that wraps what our transport raises hides nothing of it."""
    error = openai.APIConnectionError(request=REQUEST)
    error.__cause__ = CrossOriginRedirect("http://a", "http://b")
    assert classify(error).reason == "refused"


def test_a_connection_that_was_accepted_and_closed_is_not_called_unreachable() -> None:
    """A server that closes a connection without an answer runs: its user looks elsewhere than for its address."""
    error = openai.APIConnectionError(request=REQUEST)
    error.__cause__ = httpx.RemoteProtocolError("Server disconnected without sending a response.")
    failure = classify(error)
    assert (failure.reason, failure.retryable) == ("dropped", True)


def test_a_message_that_repeats_the_key_is_not_shown() -> None:
    """A server or client that repeats the header with the key has its message left out."""
    answer = response(401, {"error": "wrong header: Bearer hf_secret"})
    assert all("hf_secret" not in classify(error).detail for error in of_every_client(answer)[:2])
    with pytest.raises(ExpertError) as raised, expert_errors("m", 5.0):
        raise httpx.LocalProtocolError("Illegal header value b'Bearer hf_secret'")
    assert "hf_secret" not in str(raised.value)
    assert raised.value.__cause__ is None


def test_a_defect_of_this_program_around_a_call_is_no_failure_of_the_expert() -> None:
    """It leaves as it is, and ends the run with its error; what a client raises on an unreadable answer is a failure."""
    call: Any = None
    with pytest.raises(AttributeError, match="NoneType"), expert_errors("m", 5.0):
        text_answer(call, 5)
    with pytest.raises(ExpertError, match="unreadable"), expert_errors("m", 5.0):
        httpx.Response(200, content=b"[").json()
    with pytest.raises(ExpertError, match="unreadable"), expert_errors("m", 5.0):
        raise KeyError("choices")  # by a client: no module of this program
