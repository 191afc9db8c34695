"""`TransportRefusal` and its subclasses, which our transports raise; `refusal_behind` finds one that a client wrapped."""

from collections.abc import Iterator

from ...graph.errors import FailureKind
from ...graph.settings import MEGABYTE


class TransportRefusal(Exception):
    """What happened, in one sentence; `hint` says what to do."""

    def __init__(self, message: str, *, hint: str = "", kind: FailureKind = "garbage") -> None:
        super().__init__(message)
        self.message, self.hint, self.kind = message, hint, kind


class ResponseTooLarge(TransportRefusal):
    """A response of more bytes than the limit. `size`: its bytes, as far as they are known."""

    def __init__(self, server: str, size: int, limit: int) -> None:
        super().__init__(
            f"{server} answers with {size / MEGABYTE:.1f} MB or more, and at most {limit / MEGABYTE:.1f} MB are read",
            hint="Ask for less, or choose another model.",
        )
        self.size = size


class DeadlineExceeded(TransportRefusal, TimeoutError):
    """The time for the call is over."""

    def __init__(self) -> None:
        super().__init__("the time for the call is over", hint="Try again, or raise the timeout.", kind="timeout")


class PrivateAddress(TransportRefusal):
    """A URL from untrusted text leads to this machine or a private network. No connection is opened."""

    def __init__(self, url: str, address: str) -> None:
        super().__init__(f"{url} leads to {address}, an address of this machine or a private network")
        self.address = address


class CrossOriginRedirect(TransportRefusal):
    """A server redirects a request to another server, which would receive the key and the input."""

    def __init__(self, origin: str, target: str) -> None:
        super().__init__(
            f"{origin} redirects to {target}, another server, which is not followed: the key and the input would go there",
            hint=f"If {target} is right, configure that address itself.",
            kind="bad_request",
        )


def refusal_behind(error: BaseException | None) -> TransportRefusal | None:
    """The refusal that caused an exception of a client, if one did."""
    return next((cause for cause in causes(error) if isinstance(cause, TransportRefusal)), None)


def causes(error: BaseException | None) -> Iterator[BaseException]:
    """An exception, what it was raised from, and so on."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__
