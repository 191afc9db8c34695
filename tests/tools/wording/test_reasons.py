"""Why something was not done, in the language of the request: no sentence is half English, none lacks a language."""

import ast
import re
import tomllib
from pathlib import Path

import pytest

import hugginggpt
from hugginggpt.tools.wording.phrases import phrases
from hugginggpt.tools.wording.reasons import reason_in, rows
from hugginggpt.tools.wording.wording import LANGUAGES, wording

TOOLS = Path(hugginggpt.__file__).parent / "tools"
RAISED = ("ExpertError", "input_error", "input_too_large")
OTHERS = tuple(code for code in LANGUAGES if code != "en")
ENGLISH = re.compile(r"\b(?:the|is|are|and|of|not|was|which|that|it|there|has|have|can't|only)\b")
SLOTS = re.compile(r"\{\w+\}")


def messages() -> list[str]:
    """What embedded experts and tables raise, with `x` for each value."""
    files = [*(TOOLS / "tables").glob("*.py"), *(TOOLS / "backends" / "embedded").rglob("*.py")]
    found = []
    for file in files:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            called = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in RAISED
            if called and isinstance(node, ast.Call) and node.args:
                found += [text] if (text := written(node.args[0])) else []
    return found


def written(node: ast.expr) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if not isinstance(node, ast.JoinedStr):
        return ""
    return "".join(str(v.value) if isinstance(v, ast.Constant) else "x" for v in node.values)


@pytest.mark.parametrize("code", OTHERS)
def test_every_message_is_in_one_language(code: str) -> None:
    """Translated as a whole, or quoted as a whole and called English."""
    quoted = phrases(code).say("in_english", words="\0").split("\0")[0]
    found = [reason_in(message, phrases(code)) for message in messages()]
    assert len(found) > 60
    assert [said for said in found if not said.startswith(quoted) and len(ENGLISH.findall(said)) > 1] == []
    for reason in ("there is no text to search", "no text was found in a.png"):
        hinted = reason_in(f"{reason} (some hint that has no translation)", phrases(code))
        assert hinted.startswith(quoted)
    hinted = reason_in("I do not understand “x” in a question about t.csv (Its columns are a, b.)", phrases(code))
    assert not ENGLISH.search(hinted)


def test_most_messages_have_their_translation() -> None:
    words = phrases("de")
    left = [text for text in messages() if reason_in(text, words) == words.say("in_english", words=text)]
    assert len(left) < len(messages()) / 2, left


def test_a_translation_has_all_languages_and_values() -> None:
    for row in rows():
        assert set(row) == set(LANGUAGES), row["en"]
        assert {tuple(sorted(SLOTS.findall(text))) for text in row.values()} == {
            tuple(sorted(SLOTS.findall(row["en"])))
        }


def test_no_language_lacks_a_refusal_or_a_phrase_of_answers() -> None:
    """A missing one would be said in English."""
    refusals = tomllib.loads((TOOLS / "wording" / "refusals.toml").read_text(encoding="utf-8"))
    english = wording("en").section("answer")
    for code in OTHERS:
        assert set(refusals["en"]) - set(refusals[code]) <= {"languages"}, code
        own = wording(code).section("answer")
        optional = {"heading", "comma", "colon"}  # punctuation that most languages share
        assert set(english) - set(own) <= optional, code
        for table, entries in english["answer"].items():
            assert set(entries) == set(own["answer"][table]), (code, table)


def test_no_expert_here_is_said_with_each_reason() -> None:
    reason = "no expert can do it here: needs a Hugging Face token: set HF_TOKEN (x); or needs the extra `local`: y"
    assert reason_in(reason, phrases("de")).startswith("kein Experte kann das hier: nötig ist ein Token")
    assert "; ou il faut" in reason_in(reason, phrases("fr"))
