"""join-text: joins texts, one after another."""

from collections.abc import Sequence

from .....graph.call import Artifact, Call
from ..registry import expert


@expert("join-text", name="join-text", description="puts texts one after another", light=True)
def join_text(call: Call) -> Sequence[Artifact]:
    """With `separator` between them, else an empty line; `\\n` and `\\t` in it are read as such."""
    separator = str(call.task.parameters.get("separator", "\n\n")).replace("\\n", "\n").replace("\\t", "\t")
    text = separator.join(material.text().strip("\n") for material in call.inputs.get("texts", ()))
    return [Artifact(output="text", kind="text", media_type="text/plain", text=text)]
