"""PDFs as pages and text, videos as frames and sound, crops of every box, the best of several."""

import json
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from embedded_calls import RunExpert, call_of
from hugginggpt.graph.errors import ExpertError
from hugginggpt.tools.backends.embedded.registry import registered
from hugginggpt.tools.media.sound import read_sound
from hugginggpt.tools.media.video_writer import write_video


def page(text: str, size: tuple[int, int] = (720, 480)) -> Image.Image:
    picture = Image.new("RGB", size, "white")
    ImageDraw.Draw(picture).multiline_text((60, 80), text, "black", font=ImageFont.load_default(44))
    return picture


@pytest.fixture
def scanned(tmp_path: Path) -> Path:
    """Two pages without a text layer."""
    path = tmp_path / "scan.pdf"
    page("Minutes of the meeting").save(
        path, "PDF", resolution=150, save_all=True, append_images=[page("The total is 42 euros")]
    )
    return path


@pytest.fixture
def film(tmp_path: Path, examples: Path) -> Path:
    """Ten frames a second for two seconds, each a grey of its own, with a voice."""
    path = tmp_path / "film.mp4"
    frames = (np.full((64, 96, 3), 10 * number, np.uint8) for number in range(20))
    write_video(path, frames, Fraction(10), (96, 64), read_sound(examples / "hello.wav"))
    return path


def test_the_pages_of_a_pdf_become_pictures_in_their_order(scanned: Path, tmp_path: Path) -> None:
    scratch = tmp_path / "s"
    scratch.mkdir()
    made = registered()["embedded/pdf-pages"].function(call_of("pdf-pages", scratch, {"document": scanned}, "", {}))
    assert [artifact.output for artifact in made] == ["images", "images"]
    sizes = [Image.open(artifact.path).size for artifact in made if artifact.path]
    assert all(abs(width - 960) < 5 and abs(height - 640) < 5 for width, height in sizes)  # 200 dots an inch, not 150


def test_a_scanned_pdf_is_read_page_by_page(run_expert: RunExpert, scanned: Path) -> None:
    made = run_expert("pdf-text", {"document": scanned})["text"]
    text = made.text or ""
    assert text.index("Minutes of the meeting") < text.index("The total is 42 euros")
    assert made.note == "2 of 2 pages are pictures, read by OCR, which may be wrong in places"


_EXCEPT = {"except": True}


def test_only_the_requested_pages_are_read(run_expert: RunExpert, scanned: Path) -> None:
    assert "Minutes" not in (run_expert("pdf-text", {"document": scanned}, first_page=2)["text"].text or "")
    assert "Minutes" in (
        run_expert("pdf-text", {"document": scanned}, first_page=2, last_page=2, **_EXCEPT)["text"].text or ""
    )
    with pytest.raises(ExpertError, match="none is left without 1 to 2"):
        run_expert("pdf-text", {"document": scanned}, first_page=1, last_page=2, **_EXCEPT)
    with pytest.raises(ExpertError, match="has 2 pages, and none from 3"):
        run_expert("pdf-text", {"document": scanned}, first_page=3)


def test_the_text_layer_of_a_pdf_is_returned_unchanged(run_expert: RunExpert, tmp_path: Path) -> None:
    path = tmp_path / "layer.pdf"
    path.write_bytes(pdf_with_text("Straight from the layer"))
    made = run_expert("pdf-text", {"document": path})["text"]
    assert (made.text, made.note) == ("Straight from the layer", "")


def test_a_question_about_a_pdf_is_answered_from_its_pages(run_expert: RunExpert, scanned: Path) -> None:
    answer = run_expert("rapidocr-qa", {"image": scanned, "question": "What is the total?"})["text"].text
    assert "42" in (answer or "")


def test_a_broken_pdf_is_an_error_that_names_it(run_expert: RunExpert, tmp_path: Path) -> None:
    (tmp_path / "broken.pdf").write_bytes(b"%PDF-1.7\nnothing more")
    with pytest.raises(ExpertError, match=r"broken\.pdf can't be read as a PDF") as raised:
        run_expert("pdf-text", {"document": tmp_path / "broken.pdf"})
    assert raised.value.input_fault


def test_frames_are_spread_over_the_whole_video(film: Path, tmp_path: Path) -> None:
    scratch = tmp_path / "s"
    scratch.mkdir()
    made = registered()["embedded/frames"].function(call_of("frames", scratch, {"video": film}, "", {"frames": 4}))
    greys = [int(np.asarray(Image.open(artifact.path)).mean()) for artifact in made if artifact.path]
    assert len(greys) == 4
    assert greys == sorted(greys)
    assert greys[0] < 50
    assert greys[-1] > 150


def test_the_sound_track_is_extracted(run_expert: RunExpert, film: Path) -> None:
    path = run_expert("sound-track", {"video": film})["audio"].path
    assert path is not None
    samples, rate = read_sound(path)
    assert samples.shape[1] / rate > 0.8
    assert float(np.abs(samples).max()) > 0.05


def test_a_video_without_sound_is_an_error(run_expert: RunExpert, tmp_path: Path) -> None:
    silent = tmp_path / "silent.mp4"
    write_video(silent, (np.zeros((64, 64, 3), np.uint8) for _ in range(5)), Fraction(5), (64, 64), None)
    with pytest.raises(ExpertError, match="no sound") as raised:
        run_expert("sound-track", {"video": silent})
    assert raised.value.input_fault


def box(score: float, left: int) -> dict[str, object]:
    return {"label": "face", "score": score, "box": {"xmin": left, "ymin": 0, "xmax": left + 10, "ymax": 10}}


BOXES = json.dumps([box(0.5, 0), box(0.9, 20)])


@pytest.mark.parametrize(
    ("goal", "count"), [("cut out the face", 1), ("cut out each face", 2), ("crop all of them", 2)]
)
def test_every_box_is_cut_out_where_the_goal_names_several(
    goal: str, count: int, examples: Path, tmp_path: Path
) -> None:
    scratch = tmp_path / "s"
    scratch.mkdir()
    call = call_of("crop", scratch, {"image": examples / "harbour.jpg", "boxes": BOXES}, goal, {})
    made = registered()["embedded/crop"].function(call)
    assert len(made) == count
    assert all(Image.open(artifact.path).size == (10, 10) for artifact in made if artifact.path)


@pytest.mark.parametrize(
    ("items", "parameters", "result"),
    [
        (["3", "7 zebras", "5"], {}, "no. 2 (7), no. 3 (5), no. 1 (3)"),
        (["a b c", "a"], {"by": "length", "names": ("x.txt", "y.txt")}, "x.txt (3), y.txt (1)"),
        (["3", "7", "5"], {"lowest": True}, "no. 1 (3), no. 3 (5), no. 2 (7)"),
        (["3", "7", "7"], {}, "no. 2 and no. 3 (7), no. 1 (3)"),
        ([BOXES, "[]"], {"label": "face"}, "no. 1 (2), no. 2 (0)"),
    ],
)
def test_the_best_of_several_results_is_found(
    run_expert: RunExpert, items: list[str], parameters: dict[str, object], result: str
) -> None:
    assert run_expert("pick-best", {"items": items}, **parameters)["text"].text == result  # type: ignore[arg-type]


def test_the_best_is_found_among_the_rows_that_fit_a_condition(run_expert: RunExpert, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("port,boat\nOsby,Ada\nVarde,Bo\nVarde,Cy\n")
    (tmp_path / "b.csv").write_text("port,boat\nOsby,Di\nOsby,Eva\n")
    items = [tmp_path / "a.csv", tmp_path / "b.csv"]
    made = run_expert("pick-best", {"items": items}, where=("port = Osby",), names=("a.csv", "b.csv"))
    assert made["text"].text == "b.csv (2), a.csv (1)"


def pdf_with_text(words: str) -> bytes:
    """A page with a text layer, written by hand."""
    stream = f"BT /F1 24 Tf 72 700 Td ({words}) Tj ET".encode()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 6\n0000000000 65535 f \n"
    return out + head + table + b"trailer << /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % len(out)
