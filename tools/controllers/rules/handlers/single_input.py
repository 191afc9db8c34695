"""`add_single_input`, for most handlers: one task for each file, quotation or result that an intent is about."""

from .....graph.vocabulary import VOCABULARY
from ..intents import Intent
from ..linking import Linker
from ..parameters import Parameters
from ..text_linking import text_referents

_REPEATABLE = ("image-to-image", "image-text-to-image", "text-generation", "translation", "summarization")
"""Types that may take the result of a task of the same type."""


def add_single_input(linker: Linker, intent: Intent, task_type: str, parameters: Parameters | None = None) -> None:
    """Add a task of the type for each referent of the intent; without any, a refusal."""
    port = VOCABULARY[task_type].inputs[0]
    if port.takes("text") and "image" not in port.kinds:
        found = text_referents(linker, intent)
    else:
        pictured = "image" in port.kinds and not (port.takes("table") and linker.resolver.has_kind("table"))
        found = linker.resolver.resolve(intent, ("image",) if pictured else port.kinds)
    if intent.act == "read" and not found and task_type == "image-to-text":  # a document that is read is shown
        texts = [r for r in linker.resolver.resolve(intent, ("text",)) if r.origin == "file"]
        if texts:
            linker.add_task("join-text", {"texts": tuple(referent.value for referent in texts)}, intent)
            return
    for referent in found or linker.refuse_missing(intent, " or ".join(port.kinds)):
        if referent.origin != task_type or task_type in _REPEATABLE:
            value = (referent.value,) if port.many else referent.value
            linker.add_task(task_type, {port.name: value}, intent, parameters)
