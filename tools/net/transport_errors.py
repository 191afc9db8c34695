"""Refusals: what our transports raise in place of going on; clients pass them up, some inside exceptions of their own."""

from ...graph.errors import ExpertError, FailureKind
from ...graph.settings import MEGABYTE


class Refusal(Exception):
    """What happened, in one sentence; `hint` says what to do."""

    def __init__(self, message: str, *, hint: str = "", kind: FailureKind = "garbage") -> None:
        super().__init__(message)
        self.message, self.hint, self.kind = message, hint, kind

    def as_expert_error(self, what: str) -> ExpertError:
        """As the failure of the expert `what`."""
        return ExpertError(f"{what}: {self.message}", hint=self.hint, kind=self.kind)


class TooMuch(Refusal):
    """An answer of more bytes than are read. `size`: how many it has, as far as that is known."""

    def __init__(self, where: str, size: int, most: int) -> None:
        super().__init__(
            f"{where} answers with {size / MEGABYTE:.1f} MB or more, and at most {most / MEGABYTE:.1f} MB are read",
            hint="Ask for less, or choose another model.",
        )
        self.size = size


class Late(Refusal, TimeoutError):
    """The time for the call is over."""

    def __init__(self) -> None:
        super().__init__("the time for the call is over", hint="Try again, or raise the timeout.", kind="timeout")


class NotPublic(Refusal):
    """An address from someone else's text leads to this machine or a private network. Nothing connects there."""

    def __init__(self, url: str, where: str) -> None:
        super().__init__(f"{url} leads to {where}, an address of this machine or a private network")
        self.where = where


class Elsewhere(Refusal):
    """A server sends a request on to another one: keys and files would go there."""

    def __init__(self, here: str, there: str) -> None:
        super().__init__(
            f"{here} redirects to {there}, another server, which is not followed: the key and the input would go there",
            hint=f"If {there} is right, configure that address itself.",
            kind="bad_request",
        )


def refusal_in(error: BaseException | None) -> Refusal | None:
    """The refusal that an exception of a client came from, if any."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        if isinstance(error, Refusal):
            return error
        seen.add(id(error))
        error = error.__cause__ or error.__context__
    return None
