"""The picture experts, on pictures that we made ourselves."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from hugginggpt.graph.call import Artifact
from hugginggpt.graph.errors import ExpertError
from hugginggpt.tools.media.reading_order import TextBox, lines_in_reading_order

RunExpert = Callable[..., dict[str, Artifact]]

NOTICE = [
    "Notice to all members",
    "The reading room is closed on Monday, 6 July.",
    "Books may be returned at the front desk.",
    "The new catalogue holds 48,210 titles.",
    "Questions: desk@library.example or 555 0142",
    "Please keep this page for your records.",
]


def picture(made: dict[str, Artifact]) -> Image.Image:
    path = made["image"].path
    assert path is not None
    return Image.open(path)


def boxes(made: dict[str, Artifact]) -> list[dict[str, object]]:
    read: list[dict[str, object]] = json.loads(made["boxes"].text or "")
    return read


@pytest.mark.parametrize("quarters", [0, 1, 2, 3])
def test_a_page_is_read_in_any_orientation(
    run_expert: RunExpert, examples: Path, tmp_path: Path, quarters: int
) -> None:
    with Image.open(examples / "notice_rotated.png") as page:
        page.rotate(90 * quarters, expand=True).save(tmp_path / "page.png")
    assert (run_expert("rapidocr", {"image": tmp_path / "page.png"})["text"].text or "").splitlines() == NOTICE


def test_a_photographed_receipt_is_read_row_by_row(run_expert: RunExpert, examples: Path) -> None:
    text = (run_expert("rapidocr", {"image": examples / "receipt.jpg"})["text"].text or "").splitlines()
    assert "2 x Cappuccino 7.20" in text
    assert "TOTAL 21.40 EUR" in text
    assert text[-6:] == [
        "We had a wonderful lunch here today.",
        "The tomato soup was hot and full of flavour.",
        "Our waiter Ben was friendly and very quick.",
        "He even brought a small bowl of water for our dog.",
        "The apple cake was the best we have eaten this year.",
        "Thank you, we will gladly come again!",
    ]


@pytest.mark.parametrize(
    ("question", "expected"),
    [("What is the total?", "21.40 EUR"), ("What is the date of the receipt?", "14 March 2026")],
)
def test_a_question_about_a_receipt_is_answered_with_words_on_it(
    run_expert: RunExpert, examples: Path, question: str, expected: str
) -> None:
    made = run_expert("rapidocr-qa", {"image": examples / "receipt.jpg", "question": question})
    assert made["text"].text == expected


def test_a_picture_is_turned_by_its_exif_orientation(run_expert: RunExpert, examples: Path, tmp_path: Path) -> None:
    with Image.open(examples / "notice_rotated.png") as page:
        exif = Image.Exif()
        exif[0x0112] = 6  # turn by 270 degrees to see it upright
        page.convert("RGB").save(tmp_path / "phone.jpg", exif=exif)
    assert (run_expert("rapidocr", {"image": tmp_path / "phone.jpg"})["text"].text or "").splitlines()[0] == NOTICE[0]


def test_a_picture_without_text_is_an_error(run_expert: RunExpert, examples: Path) -> None:
    with pytest.raises(ExpertError, match=r"no text was found in harbour\.jpg") as error:
        run_expert("rapidocr", {"image": examples / "harbour.jpg"})
    assert error.value.input_fault


def test_columns_of_prose_are_read_one_after_the_other() -> None:
    def line(text: str, left: float, row: int) -> TextBox:
        return TextBox(text, 1.0, left, 40.0 * row, left + 300, 40.0 * row + 20)

    heading = TextBox("A heading over both of the columns", 1.0, 0, 0, 700, 20)
    left = [line(f"left column, line number {row}", 0, row) for row in (1, 2, 3, 4)]
    right = [line(f"right column, line number {row}", 400, row) for row in (1, 2, 3, 4)]
    assert lines_in_reading_order([*right, heading, *left]) == [piece.text for piece in (heading, *left, *right)]


def test_a_picture_over_the_limit_is_refused_before_it_is_decoded(run_expert: RunExpert, tmp_path: Path) -> None:
    Image.new("1", (9000, 8000)).save(tmp_path / "huge.png")
    with pytest.raises(ExpertError, match="9000 x 8000 pixels; the limit is 62,500,000") as error:
        run_expert("canny", {"image": tmp_path / "huge.png"})
    assert error.value.input_fault


def test_a_face_is_found_and_a_boat_is_not_taken_for_one(run_expert: RunExpert, examples: Path) -> None:
    found = boxes(run_expert("faces", {"image": examples / "portrait.jpg"}, "find the faces"))
    assert [row["label"] for row in found] == ["face"]
    place = found[0]["box"]
    assert isinstance(place, dict)
    assert place["xmin"] < 157  # the left pupil
    assert place["xmax"] > 243  # the right pupil
    assert place["ymin"] < 190 < place["ymax"]
    assert boxes(run_expert("faces", {"image": examples / "harbour.jpg"}, "find the faces")) == []


def test_the_annotated_picture_shows_the_box(run_expert: RunExpert, examples: Path) -> None:
    made = run_expert("faces", {"image": examples / "portrait.jpg"}, "faces")
    with Image.open(examples / "portrait.jpg") as before:
        assert picture(made).size == before.size
        assert np.any(np.asarray(picture(made)) != np.asarray(before.convert("RGB")))


def test_codes_are_read_and_located(run_expert: RunExpert, examples: Path) -> None:
    found = boxes(run_expert("codes", {"image": examples / "codes.png"}, "read the codes"))
    assert {str(row["label"]) for row in found} == {"QR Code: https://example.org/port-alder", "EAN-13: 4006381333931"}
    assert all(row["score"] == 1.0 for row in found)


def test_edges_are_drawn_where_the_picture_changes(run_expert: RunExpert, tmp_path: Path) -> None:
    image = Image.new("RGB", (200, 100), "white")
    ImageDraw.Draw(image).rectangle((60, 20, 140, 80), fill="black")
    image.save(tmp_path / "square.png")
    edges = np.asarray(picture(run_expert("canny", {"image": tmp_path / "square.png"})))
    assert edges.shape == (100, 200)
    assert edges[50, 57:63].max() == 255
    assert edges[50, 90:110].max() == 0


def test_denoising_brings_a_noisy_picture_closer_to_the_clean_one(
    run_expert: RunExpert, examples: Path, tmp_path: Path
) -> None:
    with Image.open(examples / "hills.jpg") as opened:
        clean = np.asarray(opened.convert("RGB")).astype(float)
    noisy = np.clip(clean + np.random.default_rng(0).normal(0, 15, clean.shape), 0, 255)
    Image.fromarray(noisy.astype(np.uint8)).save(tmp_path / "noisy.png")
    made = np.asarray(picture(run_expert("retouch", {"image": tmp_path / "noisy.png"}, "denoise it"))).astype(float)
    before, after = (10 * np.log10(255**2 / np.mean((x - clean) ** 2)) for x in (noisy, made))
    assert after > before + 5


@pytest.mark.parametrize(
    ("goal", "parameters", "size"),
    [
        ("resize it to 320x200", {}, (320, 200)),
        ("make it half the size", {}, (320, 240)),
        ("", {"scale": 1.5}, (960, 720)),
        ("", {"operation": "resize", "width": 100}, (100, 75)),
        ("rotate it by 90 degrees", {}, (480, 640)),
        ("", {"operation": "rotate", "angle": 180}, (640, 480)),
    ],
)
def test_the_size_and_rotation_follow_the_request(
    run_expert: RunExpert, examples: Path, goal: str, parameters: dict[str, str | int | float], size: tuple[int, int]
) -> None:
    assert picture(run_expert("retouch", {"image": examples / "hills.jpg"}, goal, **parameters)).size == size


@pytest.mark.parametrize("goal", ["make it half the size", "mirror it", "rotate it by 30 degrees", "brighten it"])
def test_what_is_transparent_stays_transparent(run_expert: RunExpert, tmp_path: Path, goal: str) -> None:
    image = Image.new("RGBA", (60, 40), (0, 0, 0, 0))
    image.paste((200, 30, 30, 255), (20, 10, 40, 30))
    image.save(tmp_path / "coupon.png")
    made = picture(run_expert("retouch", {"image": tmp_path / "coupon.png"}, goal))
    assert made.mode == "RGBA"
    alpha = np.asarray(made.getchannel("A"))
    assert alpha[1, 1] == 0
    assert alpha[made.height // 2, made.width // 2] == 255


def test_transparency_that_a_format_does_not_hold_is_reported(run_expert: RunExpert, tmp_path: Path) -> None:
    Image.new("RGBA", (60, 40), (0, 0, 0, 0)).save(tmp_path / "coupon.png")
    made = run_expert("retouch", {"image": tmp_path / "coupon.png"}, "resize it to 30x20", format="jpeg")
    assert made["image"].note.startswith("coupon.png is transparent in parts")


def test_deep_greys_stay_deep_or_the_loss_is_reported(run_expert: RunExpert, tmp_path: Path) -> None:
    deep = np.linspace(1000, 60_000, 80 * 40).reshape(40, 80).astype(np.uint16)
    Image.fromarray(deep).save(tmp_path / "scope.png")
    kept = run_expert("retouch", {"image": tmp_path / "scope.png"}, "resize it to 40x20")
    assert kept["image"].note == ""
    pixels = np.asarray(picture(kept))
    assert pixels.shape == (20, 40)
    assert abs(float(pixels.max()) - 60_000) < 1500
    lost = run_expert("retouch", {"image": tmp_path / "scope.png"}, "blur it")
    assert lost["image"].note == "scope.png has more than 8 bits of grey, and the picture made of it has 8"


def test_clockwise_is_to_the_right(run_expert: RunExpert, tmp_path: Path) -> None:
    image = Image.new("RGB", (60, 40), "white")
    image.paste("red", (0, 0, 10, 10))  # top left
    image.save(tmp_path / "corner.png")
    turned = picture(run_expert("retouch", {"image": tmp_path / "corner.png"}, "rotate it clockwise"))
    assert turned.getpixel((turned.width - 3, 3)) == (255, 0, 0)
    turned = picture(run_expert("retouch", {"image": tmp_path / "corner.png"}, operation="rotate", angle=90))
    assert turned.getpixel((3, turned.height - 3)) == (255, 0, 0)


def test_grayscale_has_no_colour(run_expert: RunExpert, examples: Path) -> None:
    assert picture(run_expert("retouch", {"image": examples / "harbour.jpg"}, "make it black and white")).mode == "L"


def test_a_crop_follows_the_box_with_the_highest_score_or_the_coordinates(
    run_expert: RunExpert, examples: Path
) -> None:
    rows = [{"label": "a", "score": s, "box": dict(zip(("xmin", "ymin", "xmax", "ymax"), b, strict=True))} for s, b in (
        (0.4, (0, 0, 200, 200)), (0.9, (10, 20, 60, 50)))]  # fmt: skip
    assert picture(run_expert("crop", {"image": examples / "hills.jpg", "boxes": json.dumps(rows)})).size == (50, 30)
    assert picture(run_expert("crop", {"image": examples / "hills.jpg"}, left=600, bottom=100)).size == (40, 100)
    with pytest.raises(ExpertError, match="nothing was found"):
        run_expert("crop", {"image": examples / "hills.jpg", "boxes": "[]"})


def test_straight_lines_are_drawn_where_the_picture_has_them(run_expert: RunExpert, tmp_path: Path) -> None:
    image = Image.new("RGB", (200, 150), "white")
    draw = ImageDraw.Draw(image)
    draw.line((20, 20, 180, 20), fill="black", width=3)
    draw.ellipse((60, 60, 80, 80), outline="black")
    image.save(tmp_path / "house.png")
    drawn = picture(run_expert("lsd", {"image": tmp_path / "house.png"}))
    assert drawn.size == (200, 150)
    assert max(drawn.getpixel((100, y)) for y in range(15, 26)) == 255
    assert max(drawn.getpixel((x, y)) for x in range(100, 190) for y in range(40, 140)) == 0


@pytest.mark.parametrize("name", ["soft-edges", "strokes"])
def test_edges_and_strokes_are_drawn_on_black_where_the_picture_changes(
    run_expert: RunExpert, tmp_path: Path, name: str
) -> None:
    image = Image.new("RGB", (200, 150), "white")
    ImageDraw.Draw(image).rectangle((50, 40, 150, 110), fill=(30, 60, 160))
    image.save(tmp_path / "box.png")
    drawn = picture(run_expert(name, {"image": tmp_path / "box.png"}))
    assert drawn.size == (200, 150)
    assert max(drawn.getpixel((x, 75)) for x in range(45, 56)) > 120
    assert drawn.getpixel((100, 75)) == 0
    assert drawn.getpixel((10, 10)) == 0
