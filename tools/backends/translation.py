"""Languages of translation models, for local and task_api: `accepts_languages` by their names, `detected_language`."""

import re

from ...graph.task import Task
from ..languages import english_name, iso1

MARIAN_PAIR = re.compile(r"opus-mt(?:-tc-big)?-(\w+)-(\w+)$")
"""Names of Marian models: from which language, to which."""
T5 = re.compile(r"(?:^|/)t5-\w+$")
_T5_TARGETS = {"fr", "de", "ro"}
_FAMILIES = set("mul ROMANCE roa gem sla zle zls zlw gmw gmq itc ine cel bat fiu".split())
"""Names of language groups in the names of Marian models."""


def accepts_languages(task: Task, model_id: str) -> str | None:
    """Why a model whose name states its languages is not for those of the task; None when it may be."""
    source, target = (iso1(str(task.parameters.get(f"{end}_language", ""))) for end in ("source", "target"))
    if (pair := MARIAN_PAIR.search(model_id)) is not None:
        for requested, has in ((source, pair[1]), (target, pair[2])):
            if requested and has not in _FAMILIES and has != requested:
                names = english_name(pair[1]), english_name(pair[2]), english_name(requested)
                return "it translates {} to {}, not {}".format(*names)
    if T5.search(model_id) and (source not in (None, "en") or target not in {None, *_T5_TARGETS}):
        return "it translates English to French, German and Romanian only"
    return None


def detected_language(text: str) -> str | None:
    """ISO 639-1 code of the language that a text is in, by py3langid of the extra `embedded`; None without it."""
    try:
        from ..text_language import rank_languages

        return rank_languages(text)[0][0]
    except ImportError:
        return None
