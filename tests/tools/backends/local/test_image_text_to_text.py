"""Multimodal tasks (images, audio or video with text) by tiny models in a real worker process."""

import json
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont

from hugginggpt.graph.errors import ExpertError
from local_calls import Do


@pytest.fixture
def page(tmp_path: Path) -> Path:
    """Two lines of print."""
    image = Image.new("RGB", (420, 120), "white")
    draw = ImageDraw.Draw(image)
    draw.text((20, 15), "the total is 42 euros", fill="black", font=ImageFont.load_default(28))
    draw.text((20, 65), "paris, the city hall", fill="black", font=ImageFont.load_default(28))
    path = tmp_path / "page.png"
    image.save(path)
    return path


@pytest.mark.parametrize("model", ["blip", "trocr", "llava"])
async def test_image_to_text_describes_or_reads_as_the_model_can(do: Do, page: Path, model: str) -> None:
    assert (await do("image-to-text", model, {"image": page}))["text"].text


@pytest.mark.parametrize("model", ["vilt", "blip_vqa", "llava"])
async def test_visual_question_answering_answers(do: Do, page: Path, model: str) -> None:
    made = await do("visual-question-answering", model, {"image": page, "question": "is it a cat ?"})
    assert made["text"].text
    if model == "vilt":
        assert made["text"].text in {"yes", "no"}


async def test_layoutlm_answers_with_words_that_the_embedded_ocr_read(do: Do, page: Path) -> None:
    made = await do("document-question-answering", "layoutlm", {"image": page, "question": "what is the total"})
    text = made["text"].text or ""
    assert set(text.split()) <= set("the total is 42 euros paris, the city hall".split())


@pytest.mark.parametrize("model", ["donut", "llava"])
async def test_a_page_can_be_read_by_donut_without_ocr(do: Do, page: Path, model: str) -> None:
    assert (await do("document-question-answering", model, {"image": page, "question": "what is the total"}))[
        "text"
    ].text


@pytest.mark.parametrize("model", ["llava", "smolvlm"])
async def test_image_text_to_text_replies(do: Do, page: Path, model: str) -> None:
    assert (await do("image-text-to-text", model, {"image": page, "prompt": "what is this ?"}))["text"].text


async def test_video_text_to_text_shows_the_model_frames(do: Do, film: Path) -> None:
    assert (await do("video-text-to-text", "smolvlm", {"video": film, "prompt": "what happens ?"}))["text"].text


async def test_audio_text_to_text_replies(do: Do, tone: Path) -> None:
    assert (await do("audio-text-to-text", "qwen2_audio", {"audio": tone, "prompt": "what is it ?"}))["text"].text


async def test_any_to_any_takes_what_is_given(do: Do, page: Path, tone: Path) -> None:
    assert (await do("any-to-any", "smolvlm", {"image": page, "prompt": "what is it ?"}))["text"].text
    assert (await do("any-to-any", "qwen2_audio", {"audio": tone}))["text"].text
    with pytest.raises(ExpertError, match="takes no audio"):
        await do("any-to-any", "smolvlm", {"audio": tone})


async def test_a_file_that_is_no_video_is_the_input_s_fault(do: Do, tmp_path: Path) -> None:
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(b"\0\0\0\x18ftypmp42" + b"x" * 100)
    with pytest.raises(ExpertError, match="can't be read as a video") as error:
        await do("video-text-to-text", "smolvlm", {"video": broken, "prompt": "what happens ?"})
    assert error.value.input_fault


async def test_visual_document_retrieval_scores_every_page(do: Do, page: Path) -> None:
    made = await do("visual-document-retrieval", "colpali", {"query": "the total", "images": [page, page]})
    rows = json.loads(made["scores"].text or "")
    assert [row["label"] for row in rows] == ["page.png", "page.png"]
