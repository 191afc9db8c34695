"""Bombs: small files whose decoding needs gigabytes, minutes or crashes; made when they are needed."""

import io
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

Make = Callable[[], bytes]


# -- pictures -------------------------------------------------------------------------------------------------------


def jpeg(side: int, scans: int = 0) -> bytes:
    """A grey JPEG, baseline and whole: two bits a block. With `scans`, progressive: the first scan, and refinements."""
    blocks = (side // 8) ** 2
    table = bytes([0] + [1] + [0] * 15 + [0])  # one code of one bit, for "nothing"
    size = struct.pack(">HH", side, side)
    head = b"\xff\xd8\xff\xdb\0\x43\0" + bytes([1]) * 64
    kind = b"\xff\xc2" if scans else b"\xff\xc0"
    head += kind + b"\0\x0b\x08" + size + b"\x01\x01\x11\0"
    head += b"\xff\xc4\0\x14" + table + b"\xff\xc4\0\x14\x10" + table[1:]
    if not scans:
        return head + b"\xff\xda\0\x08\x01\x01\0\0\x3f\0" + bytes(blocks // 4 + 1) + b"\xff\xd9"
    first = b"\xff\xda\0\x08\x01\x01\0\0\0\0" + bytes(blocks // 8 + 1)
    further = b"\xff\xda\0\x08\x01\x01\0\x01\x3f\0" + bytes(blocks // 8 + 1)
    return head + first + further * scans + b"\xff\xd9"


def png(side: int, data: bytes | None = None, between: bytes = b"") -> bytes:
    """A PNG of one bit a pixel, all black."""
    rows = zlib.compress(bytes((side // 8 + 1) * side), 9) if data is None else data
    head = _chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + between + _chunk(b"IDAT", rows) + _chunk(b"IEND", b"")


def png_of_texts() -> bytes:
    """A hundred texts of a megabyte, each a kilobyte when packed."""
    packed = b"a\0\0" + zlib.compress(bytes(1_000_000), 9)
    return png(64, between=_chunk(b"zTXt", packed) * 100)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def webp(width: int, height: int, frames: bool = False) -> bytes:
    """A picture, or a film, whose header names such a canvas; the picture in it has one pixel."""
    from PIL import Image

    one = io.BytesIO()
    Image.new("RGB", (1, 1)).save(one, "WEBP", lossless=True)
    inner = one.getvalue()[12:]
    canvas = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    body = b"VP8X" + struct.pack("<I", 10) + bytes([2 if frames else 0, 0, 0, 0]) + canvas
    if frames:
        frame = bytes(12) + struct.pack("<I", 100 << 8)[1:] + b"\0" + inner
        body += b"ANIM" + struct.pack("<I", 6) + bytes(6)
        body += (b"ANMF" + struct.pack("<I", len(frame)) + frame) * 100
    else:
        body += inner
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


def webp_lossless(side: int) -> bytes:
    """A plain one whose own header names the size."""
    bits = (side - 1) | (side - 1) << 14
    body = b"\x2f" + struct.pack("<I", bits) + bytes(50)
    return b"RIFF" + struct.pack("<I", len(body) + 12) + b"WEBPVP8L" + struct.pack("<I", len(body)) + body


def gif(width: int, height: int, frames: int = 1) -> bytes:
    """A screen, and frames as large."""
    data = b"\x02" + b"\x02\x4c\x01" + b"\0"
    frame = b"\x2c" + struct.pack("<HHHH", 0, 0, width, height) + b"\0" + data
    return b"GIF89a" + struct.pack("<HH", width, height) + b"\x80\0\0" + bytes(6) + frame * frames + b"\x3b"


def gif_beyond_its_screen() -> bytes:
    """A screen of 64 x 64, and in it a frame of 65,000 x 65,000."""
    whole = gif(65_000, 65_000)
    return whole[:6] + struct.pack("<HH", 64, 64) + whole[10:]


def tiff(side: int, samples: int = 1, bits: int = 8) -> bytes:
    """One strip of packed zeros that claims to be all of it."""
    data = zlib.compress(bytes(100_000), 9)
    tags = [
        (256, 4, 1, side), (257, 4, 1, side), (258, 3, 1, bits), (259, 3, 1, 8), (262, 3, 1, 1 if samples < 3 else 2),
        (273, 4, 1, 8), (277, 3, 1, samples), (278, 4, 1, side), (279, 4, 1, len(data)),
    ]  # fmt: skip
    table = b"".join(struct.pack("<HHII", *tag) for tag in tags)
    start = 8 + len(data) + len(data) % 2
    return b"II*\0" + struct.pack("<I", start) + data + bytes(len(data) % 2) + struct.pack("<H", 9) + table + bytes(4)


def bmp(width: int, height: int) -> bytes:
    """Run-length coded, and hardly any runs."""
    head = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 8, 1, 1_000, 0, 0, 256, 0)
    return b"BM" + struct.pack("<IHHI", 3_000, 0, 0, 54 + 1_024) + head + bytes(1_024) + b"\xff\0" * 500 + b"\0\x01"


# -- sound ----------------------------------------------------------------------------------------------------------


def wav(channels: int, rate: int, data: bytes, *, claimed: int | None = None, bits: int = 16) -> bytes:
    """Plain samples."""
    size = len(data) if claimed is None else claimed
    frame = max(1, channels * bits // 8)
    form = struct.pack("<HHIIHH", 1, channels, rate, rate * frame & 0xFFFFFFFF, frame & 0xFFFF, bits)
    return (
        b"RIFF"
        + struct.pack("<I", min(36 + size, 0xFFFFFFFF))
        + b"WAVEfmt \x10\0\0\0"
        + form
        + (b"data" + struct.pack("<I", size) + data)
    )


def endless(form: str, codec: str, seconds: int, rate: int = 8_000) -> bytes:
    """Silence for a very long time, which packs well."""
    import av
    import numpy as np

    target = io.BytesIO()
    plain = {"id3v2_version": "0", "write_xing": "0"} if form == "mp3" else {}  # so that it can be repeated
    with av.open(target, "w", format=form, options=plain) as container:
        stream = container.add_stream(codec, rate=rate, layout="mono")
        frame = av.AudioFrame.from_ndarray(np.zeros((1, rate), np.int16), format="s16", layout="mono")
        frame.sample_rate = rate
        for number in range(seconds):
            frame.pts = number * rate
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return target.getvalue()


# -- video ----------------------------------------------------------------------------------------------------------


def film(form: str, picture: bytes, *, codec: str = "mjpeg", shown: int = 3, claimed: int = 64) -> bytes:
    """A container that claims to hold small frames, and holds this one instead."""
    from fractions import Fraction

    import av

    target = io.BytesIO()
    with av.open(target, "w", format=form) as container:
        stream = container.add_stream(codec, rate=10)
        stream.width, stream.height = claimed, claimed
        stream.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
        stream.codec_context.open()
        for number in range(shown):
            packet = av.Packet(picture)
            packet.stream, packet.pts, packet.dts = stream, number, number
            packet.time_base, packet.is_keyframe = Fraction(1, 10), True
            container.mux(packet)
    return target.getvalue()


def vp8(side: int) -> bytes:
    """A key frame's header (RFC 6386, section 9.1), and zeros."""
    return b"\x10\x02\0\x9d\x01\x2a" + struct.pack("<HH", side, side) + bytes(2_000)


# -- documents ------------------------------------------------------------------------------------------------------


def pdf(content: bytes, *, box: str = "0 0 200 200", objects: tuple[bytes, ...] = (), resources: bytes = b"") -> bytes:
    """One page; `objects` are numbered from 5."""
    body = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[" + box.encode() + b"]/Contents 4 0 R/Resources<<" + resources + b">>>>",
        stream(content),
        *objects,
    ]
    return (
        b"%PDF-1.5\n"
        + b"".join(b"%d 0 obj\n%s\nendobj\n" % (n, o) for n, o in enumerate(body, 1))
        + (b"trailer<</Root 1 0 R>>\n%%EOF")
    )


def stream(data: bytes, about: bytes = b"") -> bytes:
    """An object that holds bytes."""
    return b"<<%s/Length %d>>stream\n%s\nendstream" % (about, len(data), data)


def pdf_of_forms(depth: int = 20, each: int = 10) -> bytes:
    """Forms that draw forms: `each` to the power of `depth` in all."""
    forms = []
    for number in range(depth):
        inner = b"/Group<</S/Transparency>>/Resources<</XObject<</X %d 0 R>>>>" % (6 + number)
        forms.append(stream(b"/X Do " * each, b"/Type/XObject/Subtype/Form/BBox[0 0 200 200]" + inner))
    forms.append(stream(b"0 0 9 9 re f", b"/Type/XObject/Subtype/Form/BBox[0 0 200 200]"))
    return pdf(b"/X Do", objects=tuple(forms), resources=b"/XObject<</X 5 0 R>>")


def pdf_of_letters(count: int) -> bytes:
    """A page of one word that does not end."""
    content = b"BT /F 1 Tf " + (b"(" + b"a" * 10_000 + b") Tj ") * (count // 10_000) + b"ET"
    return pdf(content, objects=(b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",), resources=b"/Font<</F 5 0 R>>")


# -- tables and texts -----------------------------------------------------------------------------------------------


def table(columns: int, rows: int, *, delimiter: str = ",") -> bytes:
    """All names, and of each row one cell."""
    return (delimiter.join(map(str, range(columns))) + "\n" + "x\n" * rows).encode()


BOMBS: dict[str, tuple[str, str, Make]] = {
    # name: (the expert that reads it, its input, the file)
    "png-of-20000-x-20000": ("crop", "a.png", lambda: png(20_000)),
    "png-of-8000-x-8000": ("crop", "a.png", lambda: png(8_000)),
    "png-that-is-a-header-only": ("crop", "a.png", lambda: png(60_000, b"")),
    "png-with-100-packed-texts": ("crop", "a.png", png_of_texts),
    "jpeg-of-16000-x-16000": ("crop", "a.jpg", lambda: jpeg(16_000)),
    "jpeg-of-3000-scans": ("crop", "a.jpg", lambda: jpeg(1_600, 3_000)),
    "jpeg-of-33-scans": ("crop", "a.jpg", lambda: jpeg(64, 33)),
    "webp-of-16383-x-16383": ("crop", "a.webp", lambda: webp_lossless(16_383)),
    "webp-with-a-canvas-of-16-million-a-side": ("crop", "a.webp", lambda: webp(16_000_000, 16)),
    "webp-film-of-16000-x-16000": ("crop", "a.webp", lambda: webp(16_000, 16_000, frames=True)),
    "gif-of-65000-x-65000": ("crop", "a.gif", lambda: gif(65_000, 65_000)),
    "gif-with-a-frame-beyond-its-screen": ("crop", "a.gif", gif_beyond_its_screen),
    "gif-of-many-frames-of-20000-x-20000": ("crop", "a.gif", lambda: gif(20_000, 20_000, 500)),
    "tiff-of-100000-x-100000": ("crop", "a.tiff", lambda: tiff(100_000)),
    "tiff-of-20000-x-20000-in-colour": ("crop", "a.tiff", lambda: tiff(20_000, 3)),
    "tiff-of-floats": ("crop", "a.tiff", lambda: tiff(16_000, 1, 32)),
    "bmp-of-40000-x-40000": ("crop", "a.bmp", lambda: bmp(40_000, 40_000)),
    "bmp-upside-down": ("crop", "a.bmp", lambda: bmp(40_000, -40_000)),
    "bmp-of-one-row": ("crop", "a.bmp", lambda: bmp(2_000_000_000, 1)),
    "wav-of-65535-channels": ("denoise", "a.wav", lambda: wav(65_535, 16_000, bytes(1_000_000))),
    "wav-at-two-gigahertz": ("denoise", "a.wav", lambda: wav(1, 2_000_000_000, bytes(130_000_000))),
    "wav-of-eleven-minutes": ("denoise", "a.wav", lambda: wav(1, 8_000, bytes(8_000 * 660), bits=8)),
    "flac-of-eleven-minutes": ("denoise", "a.flac", lambda: endless("flac", "flac", 660)),
    "mp3-of-an-hour": ("denoise", "a.mp3", lambda: endless("mp3", "libmp3lame", 60) * 60),
    "ogg-of-eleven-minutes": ("denoise", "a.ogg", lambda: endless("ogg", "libopus", 660)),
    "mov-of-16000-x-16000-that-claims-64-x-64": ("frames", "a.mov", lambda: film("mov", jpeg(16_000))),
    "mp4-of-16000-x-16000-that-claims-64-x-64": ("frames", "a.mp4", lambda: film("mp4", jpeg(16_000))),
    "mp4-that-claims-16000-x-16000": ("frames", "a.mp4", lambda: film("mp4", jpeg(16_000), claimed=16_000)),
    "mkv-of-16000-x-16000-that-claims-64-x-64": ("frames", "a.mkv", lambda: film("matroska", jpeg(16_000))),
    "webm-of-16000-x-16000-that-claims-64-x-64": (
        "frames",
        "a.webm",
        lambda: film("webm", vp8(16_000), codec="libvpx"),
    ),
    "mkv-of-30000-x-30000": ("frames", "a.mkv", lambda: film("matroska", jpeg(30_000), shown=1)),
    "avi-of-16000-x-16000-that-claims-64-x-64": ("frames", "a.avi", lambda: film("avi", jpeg(16_000))),
    "avi-of-30000-x-30000": ("frames", "a.avi", lambda: film("avi", jpeg(30_000), shown=1)),
    "avi-of-vp8-of-16000-x-16000": ("frames", "a.avi", lambda: film("avi", vp8(16_000), codec="libvpx")),
    "pdf-of-nested-forms": ("pdf-pages", "a.pdf", pdf_of_forms),
    "pdf-of-a-page-like-a-thread": ("pdf-pages", "a.pdf", lambda: pdf(b"", box="0 0 0.001 50000000")),
    "pdf-of-a-million-pages": ("pdf-pages", "a.pdf", lambda: pdf(b"").replace(b"/Count 1", b"/Count 1000000")),
    "pdf-of-a-word-of-a-million-letters": ("pdf-text", "a.pdf", lambda: pdf_of_letters(1_100_000)),
    "csv-of-100000-columns": ("count", "a.csv", lambda: table(100_000, 300_000)),
    "csv-of-one-line": ("count", "a.csv", lambda: b"," * 10_000_000),
    "csv-of-100-million-cells": ("count", "a.csv", lambda: table(1_000, 100_000)),
    "tsv-of-100-million-cells": ("count", "a.tsv", lambda: table(1_000, 100_000, delimiter="\t")),
    "csv-of-records-over-many-lines": ("count", "a.csv", lambda: b'"\n",' * 2_000_000),
    "text-of-17-megabytes": ("count", "a.txt", lambda: b"ab\n" * 5_700_000),
    "json-of-five-million-objects": ("count", "a.txt", lambda: b"[" + b"{}," * 5_000_000 + b"{}]"),
    "json-of-five-million-lists": ("count", "a.txt", lambda: b"[" + b"[]," * 5_000_000 + b"[]]"),
}


def written(name: str, folder: Path) -> Path:
    """The bomb of that name as a file."""
    path = folder / BOMBS[name][1]
    path.write_bytes(BOMBS[name][2]())
    return path
