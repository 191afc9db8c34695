"""`with_caveats` calls an expert or decoder, and adds to what it makes what the readers of its files had to say."""

from collections.abc import Callable, Sequence

from ...graph.call import Artifact, Call
from ...graph.caveats import collecting
from ...graph.errors import ExpertError


def with_caveats(function: Callable[[Call], Sequence[Artifact]], call: Call) -> Sequence[Artifact]:
    """The artifacts, the first with all caveats; an `ExpertError` names what could not be read."""
    with collecting() as heard:
        try:
            made = list(function(call))
        except ExpertError as error:
            if heard.lacks:
                error.message = "; ".join((error.message, *heard.lacks))
            raise
    if made and (heard.notes or heard.lacks):
        first = made[0]
        notes, gaps = filter(None, (first.note, *heard.notes)), filter(None, (first.lacks, *heard.lacks))
        made[0] = first.model_copy(update={"note": "; ".join(notes), "lacks": "; ".join(gaps)})
    return made
