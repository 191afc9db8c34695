"""Make the pictures and sounds of this folder, all our own: `python examples/make_media.py`.

Pillow draws with the font that it carries, eSpeak NG speaks, numpy makes the noise from a fixed seed. The same versions
give the same files.
"""

import tempfile
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

from hugginggpt.graph.call import Call, Material
from hugginggpt.graph.resource import Resource
from hugginggpt.graph.task import Task
from hugginggpt.tools.backends.embedded.registry import registered
from hugginggpt.tools.media.sound import read_sound, write_wav

HERE = Path(__file__).parent
INK = (38, 36, 44)

ITEMS = (
    ("Cappuccino", "2", "7.20"),
    ("Apple cake", "1", "4.50"),
    ("Tomato soup", "1", "6.90"),
    ("Mineral water", "1", "2.80"),
)
COMMENT = (
    "We had a wonderful lunch here today.",
    "The tomato soup was hot and full of flavour.",
    "Our waiter Ben was friendly and very quick.",
    "He even brought a small bowl of water for our dog.",
    "The apple cake was the best we have eaten this year.",
    "Thank you, we will gladly come again!",
)
ARTICLE = """\
The lighthouse of Port Alder was built in 1871 to guide fishing boats past the Grey Teeth, a row of rocks two miles \
off the coast. Before it was lit, the rocks had sunk eleven ships in ten years. The tower is thirty-two metres high \
and was made of granite cut on the island of Sorrel.

For ninety years three keepers lived in the tower and took turns to watch the lamp. The last of them, Ruth Calloway, \
kept a diary of every storm and of every bird that struck the glass. Her notes are now used by scientists at the \
University of Alder to study how the paths of migrating birds have moved.

In 1962 the lamp was made automatic and the keepers left. The tower stood empty until 1998, when the town bought it \
for one pound and turned it into a small museum. About fourteen thousand people visit it each year, most of them in \
July and August. The museum costs 85,000 euros a year to run, and entrance fees cover two thirds of that.

Last winter a storm broke the eastern stair and the museum had to close. Repairs will cost 240,000 euros. The town \
has opened a fund, and a local bakery gives ten cents of every loaf to it. The museum hopes to open again on 3 May \
2027.
"""


def main() -> None:
    """Write every file."""
    receipt().save(HERE / "receipt.jpg", quality=82)
    notice().transpose(Image.Transpose.ROTATE_90).save(HERE / "notice_rotated.png", optimize=True)
    for name, picture in (("harbour", harbour()), ("hills", hills()), ("night", night())):
        picture.save(HERE / f"{name}.jpg", quality=85)
    portrait().save(HERE / "portrait.jpg", quality=85)
    codes().save(HERE / "codes.png", optimize=True)
    (HERE / "article.txt").write_text(ARTICLE, encoding="utf-8")
    speech()


def font(size: int) -> ImageFont.FreeTypeFont:
    """Pillow's own font."""
    made = ImageFont.load_default(size)
    assert isinstance(made, ImageFont.FreeTypeFont)
    return made


def receipt() -> Image.Image:
    """A café receipt with a guest's comment, as photographed: tilted, unevenly lit, a little noisy."""
    paper = Image.new("RGB", (760, 1150), (250, 248, 243))
    draw = ImageDraw.Draw(paper)
    draw.text((380, 60), "CAFE AM HAFEN", font=font(46), fill=INK, anchor="mm")
    draw.text((380, 112), "12 Harbour Street, Port Alder", font=font(26), fill=INK, anchor="mm")
    draw.text((60, 165), "Date: 14 March 2026", font=font(28), fill=INK)
    draw.text((700, 165), "Table 7", font=font(28), fill=INK, anchor="ra")
    top = 230
    for name, number, price in ITEMS:
        draw.text((60, top), f"{number} x {name}", font=font(30), fill=INK)
        draw.text((700, top), price, font=font(30), fill=INK, anchor="ra")
        top += 48
    draw.line((60, top + 6, 700, top + 6), fill=INK, width=2)
    draw.text((60, top + 22), "TOTAL", font=font(38), fill=INK)
    draw.text((700, top + 22), "21.40 EUR", font=font(38), fill=INK, anchor="ra")
    draw.text((60, top + 84), "Paid by card", font=font(26), fill=INK)
    draw.text((60, top + 160), "Your comment:", font=font(26), fill=INK)
    draw.line((60, top + 198, 700, top + 198), fill=(160, 158, 160), width=1)
    paper.paste(_by_hand(COMMENT), (0, top + 204), _by_hand(COMMENT).getchannel("A"))
    return _photographed(paper)


def _by_hand(lines: tuple[str, ...]) -> Image.Image:
    """Slanted writing in blue ink on nothing."""
    page = Image.new("RGBA", (760, 480), (255, 255, 255, 0))
    draw = ImageDraw.Draw(page)
    for number, line in enumerate(lines):
        draw.text((110, 20 + 62 * number), line, font=font(25), fill=(28, 46, 128, 255))
    return page.transform(page.size, Image.Transform.AFFINE, (1, 0.16, -24, 0.006, 1, 0), Image.Resampling.BICUBIC)


def _photographed(paper: Image.Image, degrees: float = 2.2) -> Image.Image:
    """On a dark table, turned a little, with a shadow from the left and the grain of a small camera."""
    table = Image.new("RGB", (900, 1290), (92, 70, 54))
    mask = Image.new("L", paper.size, 255)
    turned = paper.rotate(degrees, expand=True, resample=Image.Resampling.BICUBIC)
    mask = mask.rotate(degrees, expand=True)
    corner = ((table.width - turned.width) // 2, (table.height - turned.height) // 2)
    table.paste(turned, corner, mask)
    shade = np.linspace(0.72, 1.0, table.width)[None, :, None] * np.linspace(1.0, 0.9, table.height)[:, None, None]
    grain = np.random.default_rng(7).normal(0, 5, (table.height, table.width, 1))
    pixels = np.asarray(table.filter(ImageFilter.GaussianBlur(0.5)), dtype=np.float64) * shade + grain
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


def notice() -> Image.Image:
    """A typed page."""
    page = Image.new("RGB", (1000, 620), "white")
    draw = ImageDraw.Draw(page)
    lines = (
        "Notice to all members",
        "The reading room is closed on Monday, 6 July.",
        "Books may be returned at the front desk.",
        "The new catalogue holds 48,210 titles.",
        "Questions: desk@library.example or 555 0142",
        "Please keep this page for your records.",
    )
    for number, line in enumerate(lines):
        draw.text((60, 60 + 86 * number), line, font=font(44 if number == 0 else 36), fill="black")
    return page


def _sky(top: tuple[int, int, int], bottom: tuple[int, int, int]) -> Image.Image:
    fall = np.linspace(0, 1, 480)[:, None, None]
    pixels = np.array(top) * (1 - fall) + np.array(bottom) * fall
    return Image.fromarray(np.repeat(pixels, 640, axis=1).astype(np.uint8))


def harbour() -> Image.Image:
    """A red boat on the sea under the sun."""
    picture = _sky((120, 180, 235), (225, 240, 250))
    draw = ImageDraw.Draw(picture)
    draw.ellipse((500, 50, 570, 120), fill=(255, 220, 90))
    draw.rectangle((0, 300, 640, 480), fill=(40, 95, 150))
    draw.polygon([(210, 310), (430, 310), (390, 360), (250, 360)], fill=(190, 40, 45))
    draw.line((320, 310, 320, 130), fill=(90, 60, 40), width=7)
    draw.polygon([(328, 140), (328, 290), (430, 290)], fill="white")
    return picture


def hills() -> Image.Image:
    """Green hills at noon."""
    picture = _sky((150, 205, 245), (245, 245, 225))
    draw = ImageDraw.Draw(picture)
    for base, height, colour in ((330, 90, (120, 165, 110)), (390, 60, (85, 140, 80)), (450, 40, (60, 115, 60))):
        ridge = [(x, base - height * np.sin(x / 90 + base)) for x in range(0, 641, 8)]
        draw.polygon([*ridge, (640, 480), (0, 480)], fill=colour)
    return picture


def night() -> Image.Image:
    """A lighthouse at night."""
    picture = _sky((10, 14, 45), (60, 60, 110))
    draw = ImageDraw.Draw(picture)
    for x, y in np.random.default_rng(3).integers((0, 0), (640, 250), (60, 2)):
        draw.point((int(x), int(y)), fill="white")
    beam = Image.new("RGB", picture.size)
    ImageDraw.Draw(beam).polygon([(330, 130), (640, 60), (640, 200)], fill=(120, 115, 60))
    picture = ImageChops.add(picture, beam.filter(ImageFilter.GaussianBlur(6)))
    draw = ImageDraw.Draw(picture)
    draw.polygon([(300, 420), (345, 420), (336, 150), (309, 150)], fill=(225, 220, 215))
    draw.rectangle((306, 118, 339, 150), fill=(255, 240, 150))
    draw.rectangle((0, 415, 640, 480), fill=(15, 18, 28))
    return picture


def portrait() -> Image.Image:
    """A face, drawn from soft ellipses: of no one, but a face to the cascade that looks for light and dark."""
    picture = Image.new("RGB", (400, 480), (168, 180, 190))

    def put(
        colour: tuple[int, int, int], blur: float, *ellipses: tuple[int, int, int, int], cover: float = 1.0
    ) -> None:
        mask = Image.new("L", picture.size)
        for ellipse in ellipses:
            ImageDraw.Draw(mask).ellipse(ellipse, fill=round(255 * cover))
        picture.paste(colour, mask=mask.filter(ImageFilter.GaussianBlur(blur)))

    put((70, 80, 110), 4, (40, 390, 360, 600))  # shoulders
    put((190, 145, 120), 4, (160, 320, 240, 430))  # neck
    put((52, 38, 30), 5, (92, 40, 308, 330))  # hair
    put((214, 172, 146), 4, (108, 78, 292, 378))  # face
    put((120, 80, 66), 8, (132, 172, 190, 212), (210, 172, 268, 212), cover=0.75)  # sockets
    put((60, 40, 32), 3, (130, 160, 192, 172), (208, 160, 270, 172), cover=0.9)  # brows
    put((240, 238, 235), 2, (142, 184, 184, 202), (216, 184, 258, 202))  # eyes
    put((40, 28, 24), 1.5, (154, 182, 172, 203), (228, 182, 246, 203))  # pupils
    put((236, 200, 176), 7, (188, 170, 212, 260), cover=0.8)  # nose
    put((140, 92, 76), 4, (176, 252, 192, 264), (208, 252, 224, 264), cover=0.8)  # nostrils
    put((236, 196, 172), 14, (125, 215, 170, 270), (230, 215, 275, 270), cover=0.7)  # cheeks
    put((150, 70, 68), 4, (160, 296, 240, 320), cover=0.9)  # mouth
    put((110, 45, 48), 2, (162, 305, 238, 310), cover=0.9)
    put((165, 120, 100), 7, (165, 326, 235, 340), cover=0.6)  # chin
    return picture


def codes() -> Image.Image:
    """A QR code and an EAN-13 barcode on one sheet."""
    import zxingcpp

    sheet = Image.new("L", (700, 360), 255)
    square = zxingcpp.create_barcode("https://example.org/port-alder", zxingcpp.BarcodeFormat.QRCode)
    strip = zxingcpp.create_barcode("4006381333931", zxingcpp.BarcodeFormat.EAN13)
    sheet.paste(Image.fromarray(np.asarray(square.to_image(scale=8))), (30, 30))
    sheet.paste(Image.fromarray(np.asarray(strip.to_image(scale=3))), (360, 110))
    return sheet


def speech() -> None:
    """`hello.wav`, and `noisy.wav`: a sentence under a steady hiss and hum, signal to noise about 8 dB."""
    say("Hello, and welcome to the museum.", HERE / "hello.wav")
    with tempfile.TemporaryDirectory() as folder:
        clean = Path(folder) / "clean.wav"
        say("The library opens at nine every morning, and the reading room is on the second floor.", clean)
        sound, rate = read_sound(clean, rate=16000)
    padded = np.concatenate([np.zeros(rate // 2, np.float32), sound[0], np.zeros(rate // 2, np.float32)])
    hum = np.sin(2 * np.pi * 100 * np.arange(padded.size) / rate)
    noise = np.random.default_rng(1).normal(0, 1, padded.size) + 0.5 * hum
    noise *= np.sqrt(np.mean(padded**2) / np.mean(noise**2)) / 10 ** (8 / 20)
    write_wav(HERE / "noisy.wav", (0.7 * (padded + noise)).astype(np.float32)[None], rate)


def say(text: str, path: Path) -> None:
    """Speak into a WAV file."""
    tool = registered()["embedded/espeak-ng"]
    with tempfile.TemporaryDirectory() as folder:
        words = Material(resource=Resource(kind="text", media_type="text/plain", text=text), path=path)
        task = Task(id=0, type="text-to-speech", parameters={"language": "en"})
        call = Call(
            run_id=f"media-{datetime.now(UTC):%Y}",
            key="0",
            task=task,
            expert=tool.expert,
            inputs={"text": (words,)},
            scratch=Path(folder),
            timeout=60,
        )
        made = tool.function(call)[0].path
        assert made is not None
        path.write_bytes(made.read_bytes())


if __name__ == "__main__":
    main()
