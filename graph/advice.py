"""Advice in the form of whoever reads it: what would change an error, as one types it there.

An error names what would change it (`setting("home", "DIR")`, `resume(run_id)`); the words follow from the entry point:
the command's options, Python's arguments, those of an agent's tool, or of LangGraph Server.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Literal

Form = Literal["command", "python", "tool", "server"]
_OPTIONS = {"home", "where", "llm", "timeout", "download"}
"""Settings that are options of the command as well."""
_ARGUMENTS = {"where", "llm"}
"""Settings that are arguments of `run` and `as_tool` as well."""

_of_process: Form = "python"
_of_call: ContextVar[Form | None] = ContextVar("hugginggpt_advice", default=None)


def form() -> Form:
    """Who reads what is said here and now."""
    return _of_call.get() or _of_process


def advise_in_process(form: Form) -> Form:
    """From now on this process is a command or a server, in all its threads. Returns what it was."""
    global _of_process
    before, _of_process = _of_process, form
    return before


@contextmanager
def call_advises(form: Form) -> Iterator[None]:
    """The body, with what it starts, serves a call of that form."""
    token = _of_call.set(form)
    try:
        yield
    finally:
        _of_call.reset(token)


def command(words: str) -> str:
    """A command that has no other form: `hugginggpt WORDS`."""
    typed = f"`hugginggpt {words}`"
    return typed if form() == "command" else f"{typed} in a shell"


def listed(home: object) -> str:
    """Where the runs of that home are listed, and how to look into another."""
    return f"{command('runs')} lists those of {home}; {setting('home', 'DIR')} looks elsewhere"


def again(thread_id: str = "") -> str:
    """Make a request anew, in a conversation."""
    match form():
        case "command":
            return f"hugginggpt run ... --thread {thread_id}" if thread_id else "hugginggpt run"
        case "python":
            return f"hugginggpt.run(..., thread_id={thread_id!r})" if thread_id else "hugginggpt.run(...)"
        case "tool":
            return "call the tool again"
        case "server":
            return f"a run in the thread {thread_id}" if thread_id else "a run in a new thread"


def resume(run_id: str = "") -> str:
    """Go on with a run; without an id with the one that the error ended."""
    return _continued("resume", run_id)


def retry(run_id: str = "") -> str:
    """Run again what failed in a run."""
    return _continued("retry", run_id)


def fork(run_id: str) -> str:
    """Go on from a run in a run of its own."""
    return f"hugginggpt fork {run_id}" if form() == "command" else f"hugginggpt.fork({run_id!r})"


def output(name: str, value: str) -> str:
    """Give an output of a task by hand; `@` before a value names a file."""
    if form() == "command":
        return f"--set '{name}={value}'"
    return f"outputs={{{name!r}: {f'Path({value[1:]!r})' if value.startswith('@') else repr(value)}}}"


def _continued(verb: str, run_id: str) -> str:
    if form() == "command":
        return f"hugginggpt {verb} {run_id}".rstrip()
    return f"hugginggpt.{verb}({repr(run_id) if run_id else 'RUN_ID'})"


def setting(name: str, value: str) -> str:
    """Give a setting a value."""
    variable = f"HUGGINGGPT_{name.upper()}={value}"
    match form():
        case "command":
            return f"--{name} {value}" if name in _OPTIONS else variable
        case "server":
            return (
                f"where={value} in the run's options" if name == "where" else f"{variable} where the server is started"
            )
    call = "as_tool" if form() == "tool" else ""
    given = f"{name}={_literal(value)}"
    if name in _ARGUMENTS or (call and name == "file_roots"):
        return f"{call}({given})" if call else given
    return f"{call}(settings=Settings({given}))" if call else f"Settings({given})"


def option(name: str, value: str) -> str:
    """Give an option of a run a value."""
    given = f"options={{{name!r}: {_literal(value)}}}"
    match form():
        case "command" if name.startswith("thread_max_"):
            return f"--thread-budget '{name.removeprefix('thread_max_').removeprefix('llm_')}={value}'"
        case "command":
            return f"--{name.replace('_', '-')} {value}"
        case "python":
            return given
        case "tool":
            return f"as_tool({given})"
    return f"{name}={value} in the run's options"


def expert(task: str, model_id: str) -> str:
    """Choose the expert of a task type."""
    match form():
        case "command":
            return f"--model {task}={model_id}"
        case "python":
            return f"options={{'models': {{{_literal(task)}: {_literal(model_id)}}}}}"
    return f"models={{{task}: {model_id}}} in the run's options"


def attach(file: str = "FILE") -> str:
    """Give a run a file."""
    return f"--file {file}" if form() == "command" else f"files=[{file}]"


def outputs() -> str:
    """Where one finds the files that a run made."""
    where: dict[Form, str] = {
        "command": "--out DIR",
        "python": "run.outputs",
        "tool": "`resources` in the artifact",
        "server": "`url` in the blocks of the answer",
    }
    return where[form()]


def _literal(value: str) -> str:
    """As Python reads it; a name in capitals stands for what the caller has."""
    return value if value.isupper() or value.replace(".", "", 1).isdecimal() else repr(value)
