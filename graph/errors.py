"""`HuggingGPTError` and its subclasses: every exception that this package raises on purpose.

```
HuggingGPTError                 what happened; `hint` says what to do; `exit_code` is the command's
├── UsageError           (2)    the request, an option or a file is wrong
│   ├── InvalidInput            a file, URL or text that can't be read or is too large
│   ├── InvalidPlan             a plan that breaks a rule; `problems` lists all of them
│   ├── UnknownRun              no such run, thread or expert
│   └── RunBusy                 another process owns the run
├── StorageError         (1)    home, database or disk
├── ControllerError      (1)    the controller (e.g. a chat model) returned nothing usable
│   ├── LimitReached            the run has spent as many calls, tokens, dollars or seconds as it may
│   ├── IncompleteAnswer        an answer came too late, was cut off, filtered, or had no end
│   └── NoUsablePlan            it answered, and none of its drafts can be run
├── RunChanged           (1)    the run was made by another version or graph
├── LedgerLost           (1)    a dependency is neither recorded nor being worked on
└── ExpertError                 an expert failed: data, it becomes a failed Result and never leaves the graph
```
"""

from collections.abc import Iterable
from typing import Literal

from .advice import setting


class HuggingGPTError(RuntimeError):
    """What happened, in one sentence; `hint` says what to do about it.

    A `RuntimeError`: LangGraph Server hides the messages of types that it does not know from its clients.
    """

    exit_code = 1

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}\n{self.hint}" if self.hint else self.message

    @property
    def line(self) -> str:
        """The error and its hint in one line, as results record it."""
        return f"{self.message} ({self.hint})" if self.hint else self.message


class UsageError(HuggingGPTError):
    """The request, an option or a file is wrong; nothing was started."""

    exit_code = 2


class InvalidInput(UsageError):
    """A file, URL or text that can't be read, is of the wrong type, or is too large."""


class UnusableFile(InvalidInput):
    """A file that is there, and whose content can't be used: damaged, empty, of another type than its name says."""


class InvalidPlan(UsageError):
    """A plan that breaks a rule. `problems` holds every one found, in words a model can act on."""

    def __init__(self, problems: Iterable[str], *, hint: str = "") -> None:
        self.problems = tuple(problems)
        super().__init__("the plan can't be run: " + "; ".join(self.problems), hint=hint)


class UnknownRun(UsageError):
    """No run, thread or checkpoint of that name."""


class RunBusy(UsageError):
    """Another living process owns the run."""


class StorageError(HuggingGPTError):
    """The home folder can't be written, the database is damaged or locked, or the disk is full."""

    @classmethod
    def of(cls, error: OSError) -> "StorageError":
        """The error for a file that the disk or its permissions refuse."""
        return cls(
            f"a file can't be stored: {error.strerror or error}",
            hint=f"make room, or name another home: {setting('home', 'DIR')}; the run can be resumed, results are kept",
        )


class ControllerError(HuggingGPTError):
    """The controller could not be reached or returned nothing usable. `calls`, `tokens`: what was spent for that."""

    calls = 0
    tokens = 0


class LimitReached(ControllerError):
    """The run has spent what the user allowed; it can be resumed with a raised limit. `run_id`: of that run.

    The exit code is that of a run that is done in part, where a task was done.
    """

    def __init__(self, message: str, *, hint: str = "", run_id: str = "") -> None:
        super().__init__(message, hint=hint)
        self.run_id = run_id

    def add_progress(self, progress: str, *, in_part: bool) -> None:
        """Name what is done and what is not."""
        self.message = f"{self.message}; {progress}"
        self.args = (self.message,)
        self.exit_code = 3 if in_part else 1


class IncompleteAnswer(ControllerError):
    """The model was called, and its whole answer did not come: out of time, cut off, filtered, or without an end."""

    calls = 1


class NoUsablePlan(ControllerError):
    """The controller answered, and none of its plans can be run."""

    def __init__(self, message: str, *, hint: str = "", calls: int = 0, tokens: int = 0) -> None:
        super().__init__(message, hint=hint)
        self.calls = calls
        self.tokens = tokens


class RunCancelled(HuggingGPTError):
    """The run was cancelled while it was under way; it can be resumed."""

    exit_code = 130


class RunChanged(HuggingGPTError):
    """A run made by another version of the graph: a resume would silently mix the two."""


class LedgerLost(HuggingGPTError):
    """A task waits for one that is neither recorded nor running."""


FailureKind = Literal[
    "", "no_token", "payment", "gated", "unknown_model", "wrong_task", "rate_limit", "loading", "too_large", "unavailable",
    "timeout", "offline", "bad_request", "garbage", "out_of_memory",
]  # fmt: skip
"""Why an expert failed; empty for reasons of its own."""

OF_THE_PROVIDER: frozenset[FailureKind] = frozenset({"payment", "rate_limit", "unavailable", "timeout", "offline"})
"""Failures of the provider rather than of the model: the next call there would fail as well."""


LONGEST_WAIT = 60.0
"""Seconds. A call is not repeated where the server asks for a longer pause."""


class ExpertError(HuggingGPTError):
    """An expert failed. `retryable`: the same call may succeed later. `input_fault`: another expert would fail too."""

    def __init__(
        self,
        message: str,
        *,
        hint: str = "",
        kind: FailureKind = "",
        retryable: bool = False,
        retry_after: float | None = None,
        input_fault: bool = False,
    ) -> None:
        super().__init__(message, hint=hint)
        self.kind: FailureKind = kind
        self.retryable = retryable
        self.retry_after = retry_after
        """Seconds that the server asks to wait."""
        self.input_fault = input_fault


def input_error(message: str, *, hint: str = "", kind: FailureKind = "") -> ExpertError:
    """The error of an input that every expert would refuse."""
    return ExpertError(message, hint=hint, kind=kind, input_fault=True)


def input_too_large(message: str, *, hint: str = "") -> ExpertError:
    """The error of an input beyond a limit of ours."""
    return input_error(message, hint=hint, kind="too_large")
