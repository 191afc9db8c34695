"""What Whisper is asked for: the words as they were spoken, in the language that was named, also by models of before.

Whisper needs to know its language and task tokens. `generation_config.json` names them in `lang_to_id` and `task_to_id`;
folders converted from other formats, and early fine-tuned models, lack these. The vocabulary has the tokens all the same.
"""

import re
from typing import Any

from ....graph.errors import ExpertError
from ...languages import english_name

_LANGUAGE = re.compile(r"<\|[a-z]{2,3}\|>")
_TASKS = ("transcribe", "translate")
_NO_TIMES = "<|notimestamps|>"


def options_for(pipe: Any, model_id: str, language: str | None, *, long: bool) -> dict[str, Any]:
    """The options of a pipeline's call. `language`: an ISO 639-1 code, or None to have it detected; `long`: over 30 s."""
    config, vocabulary = pipe.model.generation_config, pipe.tokenizer.get_vocab()
    languages = {token: number for token, number in vocabulary.items() if _LANGUAGE.fullmatch(token)}
    _complete(config, vocabulary, languages)
    options: dict[str, Any] = {"return_timestamps": True} if long else {}
    if getattr(config, "is_multilingual", False):
        if language and f"<|{language}|>" not in languages:
            raise ExpertError(f"{model_id} does not know {english_name(language)}", kind="wrong_task")
        options["generate_kwargs"] = {"task": "transcribe"} | ({"language": language} if language else {})
    elif language and language != "en":
        raise ExpertError(f"{model_id} writes down English only, not {english_name(language)}", kind="wrong_task")
    return options


def _complete(config: Any, vocabulary: dict[str, int], languages: dict[str, int]) -> None:
    """Name the tokens where the configuration does not; English models have one language token, or none."""
    config.forced_decoder_ids = None  # the old way to name language and task, which would win over what is asked for
    if getattr(config, "no_timestamps_token_id", None) is None and _NO_TIMES in vocabulary:
        config.no_timestamps_token_id = vocabulary[_NO_TIMES]
    if not getattr(config, "lang_to_id", None) and len(languages) > 1:
        config.lang_to_id = languages
        config.is_multilingual = True
    if not getattr(config, "task_to_id", None):
        config.task_to_id = {task: vocabulary[f"<|{task}|>"] for task in _TASKS if f"<|{task}|>" in vocabulary}
