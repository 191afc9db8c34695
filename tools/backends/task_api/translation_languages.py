"""`language_request`: the languages of a translation as the task API's models take them, as codes or as a prefix."""

import re
from typing import Any, NamedTuple

from ....graph.call import Call
from ....graph.errors import ExpertError
from ....graph.task import Task
from ...languages import english_name, flores200, iso1, mbart50, model_codes
from ..translation import T5, accepts_languages, detected_language

_MARIAN = re.compile(r"opus-mt-", re.IGNORECASE)


class LanguageRequest(NamedTuple):
    """The languages as the request to a model carries them: as a prefix of the text, or as parameters."""

    prefix: str = ""
    parameters: dict[str, Any] = {}  # a NamedTuple's default, and never changed


def accepts(task: Task, model_id: str) -> str | None:
    """Why a model can't translate between the languages of a task."""
    if reason := accepts_languages(task, model_id):
        return reason
    for side in ("source", "target"):
        language = task.parameters.get(f"{side}_language")
        if language and _code(model_id, str(language)) is None:
            return f"it has no code for {language}"
    return None


def language_request(call: Call, text: str) -> LanguageRequest:
    """The languages of a call. Clients send codes in pairs only: a source that is not given is detected."""
    model_id, parameters = call.expert.model_id, call.task.parameters
    target = str(parameters.get("target_language") or "")
    if not target or _MARIAN.search(model_id):  # a Marian model's name is its pair
        return LanguageRequest()
    source = str(parameters.get("source_language") or detected_language(text) or "")
    if not source:
        raise ExpertError(f"{model_id} needs the language of the text", hint="Give source_language.", kind="wrong_task")
    if T5.search(model_id):  # its pipeline drops the parameters
        into = english_name(iso1(target) or target)
        return LanguageRequest(prefix=f"translate {english_name(iso1(source) or source)} to {into}: ")
    return LanguageRequest(parameters={"src_lang": _code(model_id, source), "tgt_lang": _code(model_id, target)})


def _code(model_id: str, language: str) -> str | None:
    code = iso1(language)
    if code is None:
        return language if language in model_codes() else None
    lower = model_id.lower()
    if "nllb" in lower:
        return flores200(code)
    return mbart50(code) if "mbart" in lower else code
