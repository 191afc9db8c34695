"""The vocabulary holds every task type of the paper and of JARVIS, each once."""

import pytest

from hugginggpt.graph.resource import KINDS
from hugginggpt.graph.vocabulary import _ROWS, VOCABULARY, Input

PAPER = """
text-classification token-classification text2text-generation summarization translation question-answering
conversational text-generation tabular-classification image-to-text text-to-image visual-question-answering
document-question-answering image-segmentation object-detection image-classification image-to-image
text-to-speech automatic-speech-recognition audio-to-audio audio-classification text-to-video video-classification
"""
"""Table 13, by pipeline tag; its ControlNet row is below."""

CONTROLS = ("canny", "hed", "mlsd", "normal", "openpose")
JARVIS = [
    *PAPER.split(),
    "sentence-similarity",
    "depth-estimation",
    *(f"{name}-control" for name in (*CONTROLS, "scribble")),
    *(f"{name}-text-to-image" for name in (*CONTROLS, "scribble", "depth", "seg")),
]
"""The planner's prompt, the catalogue and the model server of microsoft/JARVIS."""


@pytest.mark.parametrize("name", JARVIS)
def test_every_task_of_the_paper_and_of_jarvis_is_there(name: str) -> None:
    assert name in VOCABULARY


def test_every_name_is_unique() -> None:
    assert len({row.name for row in _ROWS}) == len(_ROWS) == len(VOCABULARY)
    for row in _ROWS:
        names = [port.name for port in row.inputs] + [parameter.name for parameter in row.parameters]
        assert len(set(names)) == len(names), row.name
        assert len({output.name for output in row.outputs}) == len(row.outputs) > 0, row.name
        assert row.description, row.name


@pytest.mark.parametrize("kind", KINDS)
def test_data_of_every_kind_can_be_given_to_some_task(kind: str) -> None:
    ports = [port for row in _ROWS for port in row.inputs]
    assert any(port.takes(kind) for port in ports) or kind in {"embedding", "mesh"}  # ends of their lines


@pytest.mark.parametrize("wanted", KINDS)
def test_a_reference_prefers_the_output_of_exactly_that_kind(wanted: str) -> None:
    port = Input(name="x", kinds=(wanted,))
    for row in _ROWS:
        found = row.output_for(port)
        exact = [output for output in row.outputs if output.kind == wanted]
        if exact:
            assert found == exact[0]
        elif found:
            assert port.takes(found.kind)
        else:
            assert not any(port.takes(output.kind) for output in row.outputs)
