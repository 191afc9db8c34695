"""Promises of rules.toml: every rule has a name and examples, and each example is planned by that rule."""

import re
import runpy
import tomllib
from pathlib import Path
from typing import Any

import pytest

from hugginggpt.tools.controllers import rules
from hugginggpt.tools.controllers.rules.clauses import parse_request
from hugginggpt.tools.controllers.rules.handlers.registry import HANDLERS
from hugginggpt.tools.controllers.rules.intent_order import order_intents
from hugginggpt.tools.controllers.rules.intents import find_intents
from hugginggpt.tools.controllers.rules.lexicon import lexicon
from hugginggpt.tools.controllers.rules.notation import expanded
from paths import ROOT

RAW: dict[str, Any] = tomllib.loads(Path(rules.__file__).with_name("rules.toml").read_text("utf-8"))
EXAMPLES = [(rule["name"], example) for rule in RAW["rule"] for example in rule["examples"]]


@pytest.mark.parametrize(("name", "example"), EXAMPLES, ids=[f"{name}: {example}" for name, example in EXAMPLES])
def test_each_example_is_planned_by_its_rule(name: str, example: str) -> None:
    """The rule finds an intent in it, and that intent is planned."""
    parsed = parse_request(example)
    assert name in [intent.rule for intent in order_intents(find_intents(parsed), parsed)]


def test_each_rule_has_a_name_of_its_own_and_an_example() -> None:
    """A rule can be spoken about, and shows what it is for."""
    names = [rule["name"] for rule in RAW["rule"]]
    assert len(names) == len(set(names))
    assert {name for name, _ in EXAMPLES} == set(names)


def test_each_act_has_a_handler_and_each_handler_an_act() -> None:
    """A misspelt act is found here, and is not planned as something else; four acts are made without a rule."""
    without_rule = {"condition", "example", "operate", "question"}
    assert set(HANDLERS) == {rule["act"] for rule in RAW["rule"]} | set(RAW["acts"]) | without_rule


def test_each_word_of_the_rules_is_used() -> None:
    """A piece that no pattern names is deleted with the last pattern that did."""
    named = set(re.findall(r"<([a-z][a-z0-9-]*)>", str(RAW))) | {"verb"}
    assert set(RAW["words"]) | set(RAW["lists"]) <= named


@pytest.mark.parametrize(
    ("short", "matched", "not_matched"),
    [
        ("(crop|classify|make)~ it", ["crop it", "cropping it", "classifying it", "making it"], ["cropped it"]),
        ("reads?", ["read it", "she reads"], ["reader", "spread"]),
        ("play|sing <what>", ["play", "sing two songs"], ["plays", "sing three songs", "using two songs"]),
        ("add..9<what>", ["add my two", "add, two"], ["add these my two", "add. two"]),
        ("add,,9<what>", ["add my two"], ["add, two"]),
    ],
)
def test_the_short_notation_reads_as_words(short: str, matched: list[str], not_matched: list[str]) -> None:
    """Inflected verbs, gaps within a sentence or clause, and ends of words."""
    pattern = re.compile(expanded(short, {"what": "(one|two)"}))
    assert [text for text in (*matched, *not_matched) if pattern.search(text)] == matched


@pytest.mark.parametrize("name", RAW["cues"])
def test_each_cue_is_a_pattern(name: str) -> None:
    """They are compiled when a request first needs them, so nothing else finds a broken one."""
    assert lexicon().cues[name].pattern


def test_the_words_without_which_a_pattern_is_not_compiled_are_in_each_of_its_matches() -> None:
    """Those that are generated; a pattern that was changed since has none, and is always compiled."""
    required = runpy.run_path(str(ROOT / "docs" / "required_words.py"))["required"]
    for rule in lexicon().rules:
        for pattern in (*rule.find, *filter(None, [rule.unless])):
            words = lexicon().required.of(pattern.source)
            assert not words or words == required(pattern.compiled.pattern)
    assert required("(?:pages? |no[.])[0-9]+(?: and x)?") == ["no.", "page"]
    assert required("a?(?i:b)") == []
