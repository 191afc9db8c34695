"""Text is read at its own scale: in large, long and wide pictures no line is lost or doubled."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from embedded_calls import RunExpert
from hugginggpt.tools.backends.embedded.ocr import line_pieces, read_lines
from hugginggpt.tools.backends.embedded.text_boxes import Strip, text_boxes


def quad(left: float, top: float, right: float, bottom: float) -> "np.ndarray[tuple[int, ...], np.dtype[np.float32]]":
    return np.array([(left, top), (right, top), (right, bottom), (left, bottom)], np.float32)


def blobs(pixels: "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]") -> "list[np.ndarray]":  # type: ignore[type-arg]
    """A detector that boxes black bars, as far as it sees them; it sees none that are thinner than its scale."""
    import cv2

    scale = min(1.0, 2000 / max(pixels.shape[:2]))
    seen = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_NEAREST)
    _, _, found, _ = cv2.connectedComponentsWithStats((seen[:, :, 0] < 128).astype(np.uint8))
    return [
        quad(x / scale, y / scale, (x + width) / scale, (y + height) / scale)
        for x, y, width, height, _ in found[1:].tolist()
        if height >= 6
    ]


def test_a_line_across_tiles_is_one_box_and_none_is_lost_or_doubled() -> None:
    page = np.full((3000, 5000, 3), 255, np.uint8)
    lines = [(40, top, 4900, top + 9) for top in range(30, 2960, 61)]
    for left, top, right, bottom in lines:
        page[top:bottom, left:right] = 0
    page[1000 : 1000 + 9, 4900:4990] = 255
    found = sorted(
        (round(float(box[:, 1].min())), *np.ptp(box, axis=0).round().tolist()) for box in text_boxes(page, blobs)
    )
    assert [top for top, _, _ in found] == [top for _, top, _, _ in lines]
    assert all(abs(width - 4860) < 3 and abs(height - 9) < 3 for _, width, height in found)


def test_letters_larger_than_the_overlap_of_tiles_are_boxed_once() -> None:
    page = np.full((3000, 4000, 3), 255, np.uint8)
    page[900:1500, 500:3500] = 0
    page[2500:2510, 500:900] = 0
    found = sorted(np.ptp(box, axis=0).round().tolist()[1] for box in text_boxes(page, blobs))
    assert len(found) == 2
    assert abs(found[0] - 10) < 3
    assert abs(found[1] - 600) < 5


def test_words_of_one_line_that_overlap_are_joined_and_lines_below_each_other_are_not() -> None:
    words = Strip.of(quad(0, 0, 200, 40)), Strip.of(quad(190, 2, 400, 42))
    assert words[0].continues(words[1])
    assert not words[0].continues(Strip.of(quad(0, 36, 200, 76)))
    assert not words[0].continues(Strip.of(quad(210, 0, 400, 40)))
    tilted = [np.array([(0, y), (900, y + 90), (900, y + 130), (0, y + 40)], np.float32) for y in (0, 44)]
    assert not Strip.of(tilted[0]).continues(Strip.of(tilted[1]))


def test_a_long_line_is_cut_between_words() -> None:
    line = np.full((20, 2000, 3), 255, np.uint8)
    for left in range(0, 2000, 100):
        line[5:15, left : left + 80] = 0
    pieces = list(line_pieces(line))
    assert sum(piece.shape[1] for piece in pieces) == 2000
    assert all(piece.shape[1] <= 500 and piece[5:15, -1].min() == 255 for piece in pieces)


def test_small_text_in_a_wide_blank_picture_and_a_large_heading_are_read(run_expert: RunExpert, tmp_path: Path) -> None:
    picture = Image.new("RGB", (4200, 1400), "white")
    draw = ImageDraw.Draw(picture)
    draw.text((300, 100), "SALE", "black", font=ImageFont.load_default(240))
    draw.text((1900, 1200), "until the 12th of May", "black", font=ImageFont.load_default(20))
    picture.save(tmp_path / "poster.png")
    text = run_expert("rapidocr", {"image": tmp_path / "poster.png"})["text"].text or ""
    assert text.splitlines() == ["SALE", "until the 12th of May"]


def test_no_letter_is_read_twice_where_boxes_of_words_overlap(run_expert: RunExpert, tmp_path: Path) -> None:
    """Boxes of large words overlap, and each saw the letter at the edge of the other: PRINT T PROOF."""
    picture = Image.new("RGB", (800, 200), "white")
    ImageDraw.Draw(picture).text((40, 60), "PRINT PROOF No. 7", "black", font=ImageFont.load_default(66))
    picture.save(tmp_path / "proof.png")
    assert run_expert("rapidocr", {"image": tmp_path / "proof.png"})["text"].text == "PRINT PROOF No. 7"


def test_the_text_of_every_frame_is_read(run_expert: RunExpert, tmp_path: Path) -> None:
    frames = [Image.new("L", (300, 80), 255) for _ in range(3)]
    for frame, text in zip(frames, ("READY", "READY", "NOW SERVING 286"), strict=True):
        ImageDraw.Draw(frame).text((20, 20), text, 0, font=ImageFont.load_default(28))
    frames[0].save(tmp_path / "queue.gif", save_all=True, append_images=frames[1:], duration=500)
    made = run_expert("rapidocr", {"image": tmp_path / "queue.gif"})["text"]
    assert made.text == "READY\n\nNOW SERVING 286"
    assert made.note == "2 different frames of queue.gif were read"


@pytest.mark.parametrize("points", [300, 420])
def test_letters_that_fill_the_picture_are_read(points: int) -> None:
    picture = Image.new("RGB", (1800, 1000), "white")
    draw = ImageDraw.Draw(picture)
    draw.text((60, 150), "EXIT", "black", font=ImageFont.load_default(points))
    draw.text((60, 850), "only until Sunday", "black", font=ImageFont.load_default(40))

    assert read_lines(picture) == ["EXIT", "only until Sunday"]
