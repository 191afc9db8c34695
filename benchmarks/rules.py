"""The rules of the rule-based controller: bytes of patterns by section, and the requests that each rule decides.

    python benchmarks/rules.py FILE.jsonl [--text request] [--without]

FILE has a request in each record, under `--text`. A rule decides a request when one of its intents is planned. `--without`
plans each of these requests again without the rule: `changed` counts the plans that differ, so 0 marks a rule to delete.
"""

import argparse
import json
import tomllib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from hugginggpt.graph.result import Request
from hugginggpt.tools.controllers import rules
from hugginggpt.tools.controllers.rules.clauses import parse_request
from hugginggpt.tools.controllers.rules.controller import propose
from hugginggpt.tools.controllers.rules.intent_order import order_intents
from hugginggpt.tools.controllers.rules.intents import find_intents
from hugginggpt.tools.controllers.rules.lexicon import Rule, lexicon


def sizes(raw: Mapping[str, Any]) -> dict[str, tuple[int, int]]:
    """The number of patterns and their bytes, by section of rules.toml."""
    sections: dict[str, list[str]] = {
        "find": [pattern for row in raw["rule"] for pattern in row["find"]],
        "unless": [row["unless"] for row in raw["rule"] if "unless" in row],
        **{name: list(raw[name].values()) for name in ("words", "names", "cues", "control")},
    }
    lists = {"lists of words": (len(raw["lists"]), sum(len(words.encode()) for words in raw["lists"].values()))}
    counted = {name: (len(found), sum(len(p.encode()) for p in found)) for name, found in sections.items()}
    return counted | {"all": (sum(n for n, _ in counted.values()), sum(size for _, size in counted.values()))} | lists


def decided(requests: Sequence[str]) -> dict[str, list[str]]:
    """The requests that each rule decides."""
    found: dict[str, list[str]] = defaultdict(list)
    for request in requests:
        parsed = parse_request(request)
        for name in {intent.rule for intent in order_intents(find_intents(parsed), parsed)}:
            found[name].append(request)
    return found


def changed(rule: Rule, requests: Sequence[str]) -> int:
    """How many of the plans differ without the rule."""
    whole = lexicon().rules
    plans = [propose(Request(text=text)).plan for text in requests]
    object.__setattr__(lexicon(), "rules", tuple(replace(r, find=()) if r is rule else r for r in whole))
    try:
        return sum(propose(Request(text=text)).plan != plan for text, plan in zip(requests, plans, strict=True))
    finally:
        object.__setattr__(lexicon(), "rules", whole)


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--text", default="request")
    parser.add_argument("--without", action="store_true")
    options = parser.parse_args()
    raw = tomllib.loads(Path(rules.__file__).with_name("rules.toml").read_text(encoding="utf-8"))
    for name, (number, size) in sizes(raw).items():
        print(f"{name:10} {number:4} patterns {size:7,} bytes")
    records = [json.loads(line) for line in options.file.read_text(encoding="utf-8").splitlines() if line.strip()]
    found = decided([record[options.text] for record in records if record.get(options.text)])
    for rule in lexicon().rules:
        row = f"{rule.name:24} {len(rule.find):3} patterns {len(found[rule.name]):5} requests"
        print(row + (f" {changed(rule, found[rule.name]):5} changed" if options.without else ""), flush=True)


if __name__ == "__main__":
    main()
