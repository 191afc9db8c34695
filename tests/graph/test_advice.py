"""Each entry point gives the advice of its own form: no option of the command in Python, an agent's tool or the server."""

from pathlib import Path
from typing import Any

import pytest
import typer

import hugginggpt
from hugginggpt import Settings, as_tool
from hugginggpt.apps.cli.common_options import Limits
from hugginggpt.apps.cli.run_commands import run_commands
from hugginggpt.graph import advice
from hugginggpt.graph.advice import Form, call_advises
from hugginggpt.graph.errors import UsageError
from hugginggpt.graph.options import CHANGEABLE
from hugginggpt.nodes.run_options import options_of
from hugginggpt.tools.wording.refusals import refusal
from shell import Shell


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ("command", ["hugginggpt resume r1", "--home DIR", "--max-llm-calls N", "--model t=m", "--file FILE"]),
        (
            "python",
            ["hugginggpt.resume('r1')", "Settings(home=DIR)", "options={'max_llm_calls': N}", "'models'", "files="],
        ),
        (
            "tool",
            [
                "hugginggpt.resume('r1')",
                "as_tool(settings=Settings(home=DIR))",
                "as_tool(options={'max_llm_calls': N})",
                "m}",
                "files=",
            ],
        ),
        ("server", ["hugginggpt.resume('r1')", "HUGGINGGPT_HOME=DIR", "the run's options", "m}", "files="]),
    ],
)
def test_a_step_is_worded_as_one_types_it_there(form: Form, words: list[str]) -> None:
    with call_advises(form):
        said = [
            advice.resume("r1"), advice.setting("home", "DIR"), advice.option("max_llm_calls", "N"),
            advice.expert("t", "m"), advice.attach(),
        ]  # fmt: skip
        more = [
            advice.again("t1"),
            advice.retry(),
            advice.command("runs"),
            advice.outputs(),
            advice.setting("where", "hf"),
        ]
    assert all(word in line for word, line in zip(words, said, strict=True)), said
    assert form == "command" or not any("--" in line for line in (*said, *more)), (said, more)


@pytest.mark.parametrize("name", sorted(CHANGEABLE))
def test_the_advice_of_each_limit_names_what_exists_in_each_entry(name: str) -> None:
    """The command's options, `Options`, and the arguments of `as_tool`."""
    value = "10m" if name == "deadline" else "7"
    with call_advises("command"):
        flag, _, given = advice.option(name, value).partition(" ")
    for verb in ("run", "chat", "resume", "retry", "fork"):
        declared = typer.main.get_command(run_commands).commands[verb].params  # type: ignore[attr-defined]
        field = next(option.name for option in declared if flag in option.opts)
        assert Limits(**{field: given.strip("'")}).options().keys() == {name}
    with call_advises("python"):
        assert options_of(eval(f"dict({advice.option(name, value)})")["options"], None).model_fields_set == {name}
    with call_advises("tool"):
        assert eval(advice.option(name, value), {"as_tool": as_tool}).name == "hugginggpt"
    with call_advises("server"):
        assert advice.option(name, value).startswith(f"{name}={value} in ")


@pytest.mark.parametrize("language", ["en", "de", "fr", "es", "pt", "zh", "ja"])
@pytest.mark.parametrize("form", ["python", "tool", "server"])
@pytest.mark.parametrize("reason", ["with-llm", "missing", "named-result", "languages"])
def test_a_refusal_names_no_option_of_the_command_outside_of_it(language: str, form: Form, reason: str) -> None:
    with call_advises(form):
        assert "--" not in refusal(language, reason, "it", "audio")
    with call_advises("command"):
        assert "--" in refusal(language, reason, "it", "audio")


def test_the_same_request_gets_the_advice_of_each_entry_point(home: Path, shell: Shell) -> None:
    """A file that is not there, and words that nothing understands."""
    for request, typed, python, tool in (
        ("Read nothere.jpg", "--file FILE", "files=[FILE]", "files=[FILE]"),
        ("xyzzy plugh", "--llm openai:MODEL", "llm='openai:MODEL'", "as_tool(llm='openai:MODEL')"),
    ):
        ran = shell("run", request)
        assert typed in ran.out + ran.err
        settings = Settings(home=home)
        answer = hugginggpt.run(request, settings=settings).answer
        assert python in answer
        assert "--" not in answer
        with as_tool(settings=settings) as made:
            call: Any = {"type": "tool_call", "id": "1", "name": "hugginggpt", "args": {"request": request}}
            said = made.invoke(call).content
        assert tool in said
        assert "--" not in said
    hugginggpt.close()


def test_a_wrong_setting_names_the_help_of_the_command_only_there() -> None:
    with pytest.raises(UsageError) as refused:
        Settings().with_given(timeout=-1)
    assert "--help" not in str(refused.value)
