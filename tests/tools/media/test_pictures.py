"""Pictures as cameras, scanners, phones and programs write them: all that they hold is seen, and what is not is reported."""

import base64
import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from hugginggpt.graph.caveats import collecting
from hugginggpt.graph.errors import ExpertError
from hugginggpt.graph.settings import Settings
from hugginggpt.tools.content import identify
from hugginggpt.tools.media.media_limits import use_limits
from hugginggpt.tools.media.pictures import read_frames, read_image
from materials import material

HEIC = base64.b64decode(
    "AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAX1tZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAAACJpbG9jAAAAAERA"
    "AAEAAQAAAAABoQABAAAAAAAAAB8AAAAjaWluZgAAAAAAAQAAABVpbmZlAgAAAAABAABodmMxAAAAAA5waXRtAAAAAAABAAAA/WlwcnAAAADdaXBjbwAA"
    "AHZodmNDAQNwAAAAkAAAAAAAHvAA/P34+AAADwNgAAEAGEABDAH//wNwAAADAJAAAAMAAAMAHroCQGEAAQAqQgEBA3AAAAMAkAAAAwAAAwAeoCCBBZbq"
    "5Ka5uAhoMCAAAAMDIAAAAwAhYgABAAZEAcFzwIkAAAATY29scm5jbHgAAQANAAaAAAAAFGlzcGUAAAAAAAAAQAAAAEAAAAAoY2xhcAAAAEAAAAABAAAA"
    "MAAAAAEAAAAAAAAAAv////AAAAACAAAAEHBpeGkAAAAAAwgICAAAABhpcG1hAAAAAAAAAAEAAQWBAgMFhAAAACdtZGF0AAAAGygBrxmA7iRKXafoqTeH"
    "/+y26I5o7f6/anvBgA=="
)
"""64 x 48, the left half white; written by libheif and x265."""


def read(path: Path) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    return np.asarray(read_image(material(path)))


def save_deep(path: Path, mode: str) -> None:
    """A bright half and a dark one, in a part of the range that the mode has."""
    low, high, kind = {"I;16": (20_000, 60_000, "u2"), "I": (1_200, 52_200, "i4"), "F": (0.2, 0.7, "f4")}[mode]
    values = np.full((20, 40), low, kind)
    values[:, 20:] = high
    Image.fromarray(values).save(path)


@pytest.mark.parametrize(("name", "mode"), [("a.png", "I;16"), ("a.tif", "I;16"), ("a.tif", "I"), ("a.tif", "F")])
def test_a_picture_of_more_than_eight_bits_is_scaled_to_what_it_holds(tmp_path: Path, name: str, mode: str) -> None:
    save_deep(tmp_path / name, mode)
    pixels = read(tmp_path / name)
    assert pixels[:, :20].max() == 0
    assert pixels[:, 20:].min() == 255


def test_what_is_no_number_does_not_spoil_a_picture_of_floats(tmp_path: Path) -> None:
    values = np.array([[np.nan, 1.0], [np.inf, 3.0]], "f4")
    Image.fromarray(values).save(tmp_path / "a.tif")
    assert read(tmp_path / "a.tif")[:, 1, 0].tolist() == [0, 255]


@pytest.mark.parametrize("letters", ["white", "black", (128, 128, 128)])
def test_what_is_drawn_on_transparency_is_seen_whatever_its_colour(tmp_path: Path, letters: str) -> None:
    picture = Image.new("RGBA", (200, 60), (0, 0, 0, 0))
    ImageDraw.Draw(picture).rectangle((50, 20, 90, 40), letters)
    picture.save(tmp_path / "a.png")
    pixels = read(tmp_path / "a.png").astype(int)
    assert abs(pixels[30, 70, 0] - pixels[5, 5, 0]) >= 48


def test_a_white_and_a_black_mark_on_transparency_are_both_seen(tmp_path: Path) -> None:
    picture = Image.new("RGBA", (200, 60), (0, 0, 0, 0))
    for left, colour in ((20, "white"), (120, "black")):
        ImageDraw.Draw(picture).rectangle((left, 20, left + 40, 40), colour)
    picture.save(tmp_path / "a.png")
    pixels = read(tmp_path / "a.png").astype(int)
    assert all(abs(pixels[30, x, 0] - pixels[5, 5, 0]) >= 48 for x in (30, 130))


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "palette.png", "grey16.png"])
def test_a_picture_beyond_the_limit_is_reduced_turned_upright_and_reported(tmp_path: Path, name: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by 90 degrees
    picture = Image.new("RGB", (400, 200), "white")
    picture.paste("black", (0, 0, 200, 200))
    picture = picture.convert("P") if "palette" in name else picture
    picture = Image.fromarray(np.asarray(picture.convert("L")).astype("u2") * 257) if "16" in name else picture
    picture.save(tmp_path / name, exif=exif)
    with use_limits(Settings(home=tmp_path, max_image_pixels=40_000)), collecting() as heard:
        pixels = read(tmp_path / name)
    assert pixels.shape == (200, 100, 3)
    assert pixels[10, 50, 0] < 10  # what was on the left is at the top
    assert heard.notes == [f"{name} has 400 x 200 pixels, and was read at 200 x 100"]


def cut_picture(path: Path, **options: object) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (200, 300, 3), "u1")
    buffer = io.BytesIO()
    Image.fromarray(noise).save(buffer, path.suffix[1:].replace("jpg", "jpeg"), **options)
    path.write_bytes(buffer.getvalue()[: len(buffer.getvalue()) // 2])


@pytest.mark.parametrize(("name", "options"), [("a.jpg", {}), ("b.jpg", {"progressive": True}), ("a.png", {})])
def test_of_a_picture_that_is_cut_short_the_rest_is_read_and_the_loss_reported(
    tmp_path: Path, name: str, options: dict[str, object]
) -> None:
    cut_picture(tmp_path / name, **options)
    with collecting() as heard:
        assert read(tmp_path / name).shape == (200, 300, 3)
    assert heard.lacks == [f"{name} is cut short, and what is missing of it was not read"]


def test_a_picture_that_is_damaged_and_not_cut_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    with pytest.raises(ExpertError, match=r"a\.png can't be read as an image"):
        read(tmp_path / "a.png")


@pytest.mark.parametrize(
    ("name", "options"),
    [("a.gif", {}), ("a.png", {}), ("a.webp", {"lossless": True}), ("a.tif", {"compression": "group4"})],
)
def test_every_frame_is_read_and_a_picture_made_of_one_says_so(
    tmp_path: Path, name: str, options: dict[str, object]
) -> None:
    mode = "1" if name.endswith("tif") else "L"
    frames = [Image.new(mode, (60, 40), colour) for colour in (0, 255, 0)]
    frames[0].save(tmp_path / name, save_all=True, append_images=frames[1:], duration=100, **options)
    found = [int(np.asarray(frame)[20, 20, 0]) for frame in read_frames(material(tmp_path / name))]
    assert found == [0, 255, 0]
    with collecting() as heard:
        read(tmp_path / name)
    assert heard.notes == [f"{name} has 3 frames, and only the first was used"]


def test_more_frames_than_are_read_at_once_are_reported(tmp_path: Path) -> None:
    frames = [Image.new("L", (8, 8), 3 * number) for number in range(70)]
    frames[0].save(tmp_path / "a.gif", save_all=True, append_images=frames[1:])
    with collecting() as heard:
        assert len(list(read_frames(material(tmp_path / "a.gif")))) == 64
    assert heard.lacks == ["frames 65 to 70 of a.gif were not read: 64 are read at once"]


def test_a_photograph_of_a_phone_is_read(tmp_path: Path) -> None:
    """HEIC, and AVIF."""
    (tmp_path / "a.heic").write_bytes(HEIC)
    picture = Image.new("RGB", (64, 48), "teal")
    picture.paste("white", (0, 0, 32, 48))
    picture.save(tmp_path / "a.avif")
    for name in ("a.heic", "a.avif"):
        content = identify((tmp_path / name).read_bytes(), name, Settings(home=tmp_path))
        assert (content.kind, content.media_type) == ("image", f"image/{name[2:]}")
        pixels = read(tmp_path / name)
        assert pixels.shape == (48, 64, 3)
        assert pixels[20, 10].min() > 240
        assert pixels[20, 50, 0] < 60


def test_cmyk_looks_as_on_paper(tmp_path: Path) -> None:
    picture = Image.new("CMYK", (40, 20), (0, 0, 0, 0))
    picture.paste((0, 0, 0, 255), (20, 0, 40, 20))
    picture.save(tmp_path / "a.jpg", quality=95)
    pixels = read(tmp_path / "a.jpg")
    assert pixels[10, 5].min() > 240
    assert pixels[10, 35].max() < 20
