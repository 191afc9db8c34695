"""Writes the pictures, recordings and films of the corpus: python tests/corpus/make_media.py [NAME ...]

By ImageMagick 6 (`convert`, from the package of the system) and ffmpeg; the voice is examples/hello.wav, by espeak-ng.
"""

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from make_files import FILES, HERE, MAKERS, by, main, makes

CONVERT = "/usr/bin/convert"
VOICE = HERE.parent.parent / "examples" / "hello.wav"
FONT = "DejaVu-Sans"
ITEMS = 60


def drawn(text: str, *options: str, colour: str = "black", ground: str = "white") -> list[str]:
    """Arguments of ImageMagick for a picture of a few lines."""
    start = ["-background", ground, "-fill", colour, "-font", FONT, "-pointsize", "36", f"label:{text}"]
    return [CONVERT, *start, "-bordercolor", ground, "-border", "40", *options]


def picture(name: str, text: str, *options: str, colour: str = "black", ground: str = "white") -> None:
    """A maker of a picture of text."""
    MAKERS[name] = lambda path: by(*drawn(text, *options, colour=colour, ground=ground), path)


INVOICE = "INVOICE 4711\nTOTAL 88.50 EUR"
LEVELS = ("-alpha", "off", "-colorspace", "Gray", "+level", "30%,90%", "-depth", "16")
picture("invoice16.png", INVOICE, *LEVELS)
picture("invoice16.tif", INVOICE, *LEVELS, "-compress", "Zip")
picture(
    "invoice_float.tif",
    INVOICE,
    *LEVELS[:6],
    "-define",
    "quantum:format=floating-point",
    "-depth",
    "32",
    "-compress",
    "RLE",
)
for _form in ("jp2", "pcx", "ico"):
    picture(f"invoice.{_form}", INVOICE, "-resize", "250x250", "-depth", "8", "-alpha", "off")


@makes("invoice.tga")
def invoice_tga(path: Path) -> None:
    by("ffmpeg", "-y", "-i", FILES / "invoice.pcx", path)


picture("plain.ppm", INVOICE, "-resize", "50%", "-depth", "8", "-compress", "none")
picture("stamp.png", INVOICE, colour="white", ground="none")
picture("proof_cmyk.jpg", "PRINT PROOF No. 7", "-colorspace", "CMYK")
picture("upside_down.jpg", INVOICE, "-rotate", "180", "-orient", "BottomRight")


@makes("fax.tif")
def fax(path: Path) -> None:
    first, second = drawn("Fax from Ada Lind"), drawn("Please call 555 0142")[1:]
    by(*first, "(", *second, ")", "-monochrome", "-compress", "Group4", path)


def frames(name: str, *options: str) -> Callable[[Path], None]:
    """A maker of an animation of two frames."""
    first, second = drawn("now serving 171"), drawn("now serving 286")[1:]
    return lambda path: by(*first, "(", *second, ")", "-delay", "70", *options, path)


MAKERS["queue.gif"] = frames("queue.gif")


@makes("queue.webp")
def queue_webp(path: Path) -> None:
    by("ffmpeg", "-y", "-i", FILES / "queue.gif", "-c:v", "libwebp_anim", "-lossless", "1", "-loop", "0", path)


@makes("cut.jpg")
def cut_jpg(path: Path) -> None:
    with TemporaryDirectory() as folder:
        whole = Path(folder) / "whole.jpg"
        by(*drawn(INVOICE + "\n\nfoot\n" * 3), whole)
        path.write_bytes(whole.read_bytes()[: whole.stat().st_size * 6 // 10])


@makes("receipt.png")
def receipt(path: Path) -> None:
    parts = ["\n".join(f"Item {n:03} {n / 2:.2f}" for n in range(first, first + 10)) for first in range(1, ITEMS, 10)]
    first, *others = [drawn(part) for part in parts]
    by(*first, *(word for other in others for word in ("(", *other[1:], ")")), "-append", "-colors", "4", path)


@makes("photo.avif")
def photo_avif(path: Path) -> None:
    with TemporaryDirectory() as folder:
        plain = Path(folder) / "plain.png"
        by(*drawn(INVOICE, "-extent", "480x200"), plain)
        by("ffmpeg", "-y", "-i", plain, "-c:v", "libaom-av1", "-still-picture", "1", "-crf", "20", path)


SAID = {
    "eng": ("Captain Hanna Berg has the helm.", "The ferry leaves at 06:40."),
    "deu": ("Kapitän Hanna Berg steht am Ruder.", "Die Fähre geht um 06:40."),
}


def subtitled(path: Path, codec: str, *languages: str) -> None:
    """A film of four seconds with a track of subtitles for each language."""
    with TemporaryDirectory() as folder:
        inputs, options = list[str | Path](), ["-map", "0"]
        for number, language in enumerate(languages):
            first, second = SAID[language]
            lines = Path(folder) / f"{language}.srt"
            lines.write_text(
                f"1\n00:00:00,000 --> 00:00:02,000\n{first}\n\n2\n00:00:02,000 --> 00:00:04,000\n{second}\n"
            )
            inputs += ["-i", lines]
            options += ["-map", str(number + 1), f"-metadata:s:s:{number}", f"language={language}"]
        film = ["ffmpeg", "-y", "-f", "lavfi", "-i", "testsrc=d=4:s=160x120:r=5"]
        by(*film, *inputs, *options, "-c:v", "libx264", "-c:s", codec, path)


MAKERS["subtitled.mp4"] = lambda path: subtitled(path, "mov_text", "eng")
MAKERS["two_languages.mkv"] = lambda path: subtitled(path, "ass", "eng", "deu")


def sound(name: str, *options: str | Path) -> None:
    """A maker of a recording of the voice, by ffmpeg."""
    MAKERS[name] = lambda path: by("ffmpeg", "-y", "-i", VOICE, *options, path)


sound("hello.opus", "-c:a", "libopus", "-b:a", "96k")
sound("hello.weba", "-c:a", "libopus", "-b:a", "32k", "-f", "webm")
for _form, _rate in (("caf", "16000"), ("au", "16000"), ("wv", "16000"), ("ac3", "44100")):
    sound(f"hello.{_form}", "-ar", _rate)
sound("middle.flac", "-filter_complex", "[0:a]pan=5.1|FC=c0", "-ar", "16000", "-c:a", "flac")
sound("against.flac", "-filter_complex", "[0:a]pan=stereo|c0=c0|c1=-1*c0", "-ar", "16000", "-c:a", "flac")
sound("offset.flac", "-af", "volume=0.4,dcshift=0.05", "-ar", "16000", "-c:a", "flac")
sound("minute.opus", "-af", "adelay=40000:all=1,apad=whole_dur=60", "-c:a", "libopus", "-b:a", "24k")
SINE = (
    "sine=frequency=50:sample_rate=16000:duration=2.3[h];[h]volume=2[hum];[0:a]volume=0.5[v];[v][hum]amix=normalize=0"
)
sound("hum.flac", "-filter_complex", SINE, "-ar", "16000", "-c:a", "flac")


@makes("streamed.wav")
def streamed(path: Path) -> None:
    by("ffmpeg", "-i", VOICE, "-ar", "16000", "-f", "wav", "-", into=path)


@makes("german.flac")
def german(path: Path) -> None:
    with TemporaryDirectory() as folder:
        said = Path(folder) / "said.wav"
        by("espeak-ng", "-v", "de", "-w", said, "Der Zug in die Stadt fährt in zehn Minuten vom anderen Bahnsteig ab.")
        by("ffmpeg", "-y", "-i", said, "-ar", "16000", path)


@makes("noise.opus")
def noise(path: Path) -> None:
    by("ffmpeg", "-y", "-f", "lavfi", "-i", "anoisesrc=duration=4:amplitude=0.3:sample_rate=16000", "-b:a", "16k", path)


def film(path: Path, *options: str | Path, text: str = "PORTRAIT") -> None:
    """Two seconds of a still picture with the voice."""
    with TemporaryDirectory() as folder:
        still = Path(folder) / "still.png"
        by(*drawn(text, "-gravity", "center", "-extent", "320x240"), still)
        picture = ["ffmpeg", "-y", "-loop", "1", "-framerate", "5", "-t", "8", "-i", still]
        by(*picture, *options, "-c:v", "libx264", "-pix_fmt", "yuv420p", path)


@makes("late.mp4")
def late(path: Path) -> None:
    film(path, "-itsoffset", "4", "-i", VOICE, "-c:a", "aac")


@makes("without_sound.mp4")
def without_sound(path: Path) -> None:
    film(path, "-an")


MAKERS["speech.mts"] = lambda path: film(path, "-i", VOICE, "-shortest", "-c:a", "aac", "-f", "mpegts")
MAKERS["ending.wmv"] = lambda path: by(
    "ffmpeg", "-y", "-f", "lavfi", "-i", "color=c=gray:s=160x120:r=5:d=8", "-i", VOICE, "-c:v", "wmv2", "-c:a", "wmav2",
    path,
)  # fmt: skip


if __name__ == "__main__":
    main()
