"""Settings: each has a variable, arguments win over variables, and a misspelt variable is reported."""

import os
import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

import hugginggpt
from hugginggpt.graph.environment import OF_THE_COMMAND, OF_WORKERS, variable_of
from hugginggpt.graph.errors import UsageError
from hugginggpt.graph.settings import Settings, settings_for_others

VALUES = {
    "home": "/x/home", "config": "/x/config", "cache": "/x/cache", "llm_window": "4000", "llm_candidates": "3",
    "llm_description": "10", "where": "hf,embedded", "timeout": "1.5", "retries": "0", "workers": "1", "download": "no",
    "local_memory": "8GB", "max_file_bytes": "10", "max_image_pixels": "11", "max_audio_seconds": "12.5",
    "llm_first_token": "2.5", "llm_next_token": "2.5", "llm_timeout": "2.5",
    "fetch_timeout": "2.5", "file_roots": f"/a{os.pathsep}/b", "allow_private_urls": "1", "fetch_proxy": "http://proxy:3128",
    "public_url": "https://a.example", "max_llm_calls": "3", "max_tokens": "4", "max_cost": "0.5", "max_seconds": "6",
    "deadline": "10m", "thread_max_llm_calls": "3", "thread_max_tokens": "4", "thread_max_cost": "0.5",
    "thread_max_seconds": "6",
}  # fmt: skip
"""A value for each setting that is not any text."""
HOME = {"HUGGINGGPT_HOME": "/x"}


def read(value: object) -> object:
    return value.get_secret_value() if isinstance(value, SecretStr) else value


@pytest.mark.parametrize("name", Settings.model_fields)
def test_each_setting_is_read_from_its_variable(name: str) -> None:
    text = VALUES.get(name, "some-text")
    variable = variable_of(name, Settings.model_fields[name])
    read_from_env = Settings.from_env({**HOME, variable: text})
    assert read(getattr(read_from_env, name)) == read(
        getattr(Settings.model_validate({"home": "/x", name: text}), name)
    )
    assert read(getattr(read_from_env, name)) != read(getattr(Settings(home=Path("/y")), name))


def test_the_keys_of_others_keep_their_standard_names() -> None:
    names = {name: variable_of(name, field) for name, field in Settings.model_fields.items()}
    assert [name for name in names.values() if not name.startswith("HUGGINGGPT_")] == [
        "OPENAI_BASE_URL", "OPENAI_API_KEY", "HF_TOKEN",
    ]  # fmt: skip
    assert names["file_roots"] == "HUGGINGGPT_FILE_ROOTS"


def test_settings_made_in_code_read_no_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUGGINGGPT_TIMEOUT", "7")
    monkeypatch.setenv("HF_TOKEN", "hf_of_the_environment")
    made = Settings(home=Path("/x"))
    assert (made.timeout, made.hf_token) == (300.0, None)


def test_an_argument_wins_over_its_variable_and_none_is_no_argument() -> None:
    settings = Settings.from_env({**HOME, "HUGGINGGPT_TIMEOUT": "7", "HF_TOKEN": "a"}, timeout=None, hf_token="b")
    assert (settings.timeout, read(settings.hf_token)) == (7.0, "b")


@pytest.mark.parametrize(
    "name", ["config", "cache", "llm", "llm_api_key", "openai_base_url", "openai_api_key", "hf_token"]
)
def test_an_empty_variable_leaves_the_default(name: str) -> None:
    variable = variable_of(name, Settings.model_fields[name])
    default = getattr(Settings.from_env(HOME), name)
    assert getattr(Settings.from_env({**HOME, variable: ""}), name) == default


@pytest.mark.parametrize("name", ["timeout", "workers", "where", "download", "file_roots"])
def test_an_empty_variable_of_a_choice_or_number_is_an_error(name: str) -> None:
    with pytest.raises(UsageError, match=f"^HUGGINGGPT_{name.upper()}: "):
        Settings.from_env({**HOME, f"HUGGINGGPT_{name.upper()}": ""})


def test_the_error_of_a_value_that_was_given_names_the_setting_and_not_a_variable_that_is_right() -> None:
    with pytest.raises(UsageError, match=r"^timeout: "):
        Settings.from_env({**HOME, "HUGGINGGPT_TIMEOUT": "5"}, timeout=-1)


def test_folders_of_a_variable_are_absolute_and_limit_the_files_of_others(tmp_path: Path) -> None:
    env = {**HOME, "HUGGINGGPT_FILE_ROOTS": os.pathsep.join((str(tmp_path), "here", "~"))}
    roots = (tmp_path, Path.cwd() / "here", Path.home())
    assert Settings.from_env(env).file_roots == settings_for_others(env).file_roots == roots
    assert settings_for_others(HOME).file_roots == (Path.cwd(),)


@pytest.mark.parametrize(
    ("variable", "message"),
    [
        ("HUGGINGGPT_TIMOUT", "did you mean HUGGINGGPT_TIMEOUT?"),
        ("HUGGINGGPT_HF_TOKEN", "did you mean HF_TOKEN?"),
        ("HUGGINGGPT_LGO", "did you mean HUGGINGGPT_LOG?"),
        ("HUGGINGGPT_QQQQQQ", "HUGGINGGPT_QQQQQQ is ignored"),
    ],
)
def test_a_variable_that_nothing_reads_is_reported_once_without_its_value(
    variable: str, message: str, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(2):
        Settings.from_env({**HOME, variable: "a-value"})
    assert caplog.text.count(message) == 1
    assert "a-value" not in caplog.text


def test_each_variable_in_the_source_is_a_known_one(caplog: pytest.LogCaptureFixture) -> None:
    package = Path(hugginggpt.__file__).parent
    folders = ("graph", "nodes", "tools", "checkpoints", "apps")
    source = "".join(file.read_text() for folder in folders for file in (package / folder).rglob("*.py"))
    named = set(re.findall(r"HUGGINGGPT_[A-Z_]*[A-Z]", source))
    known = (
        {variable_of(name, field) for name, field in Settings.model_fields.items()} | set(OF_THE_COMMAND) | OF_WORKERS
    )
    assert named <= known


@pytest.mark.parametrize("where", ["local", ["local"], ("local",), "local,", ["local", "endpoint", "embedded"]])
def test_places_are_a_text_or_a_list_and_a_preset_is_read_in_both(where: Any) -> None:
    assert Settings(where=where).where == ("local", "endpoint", "embedded")


@pytest.mark.parametrize("where", [["lcal"], "lcal", [""], " ", 5, {"local": 1}, ["hf", "huggingface"]])
def test_places_that_are_none_are_refused(where: Any) -> None:
    with pytest.raises(UsageError, match="place"):
        Settings().with_given(where=where)


def test_rules_names_the_controller_without_a_model_in_the_settings_too() -> None:
    assert Settings(llm=" rules ").chat_model == Settings().chat_model == ""
