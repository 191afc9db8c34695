"""Guarded reading of local files."""

import asyncio
import os
import socket
import struct
import zlib
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from hugginggpt.checkpoints.store import FileStore
from hugginggpt.graph.errors import InvalidInput
from hugginggpt.graph.ports import Fetcher
from hugginggpt.graph.settings import Settings
from hugginggpt.tools.files.fetch import GuardedFetcher
from media import png, wav
from scripting import without_root
from stores import FolderStore


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder."""
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def fetcher(here: Path, **given: object) -> Fetcher:
    kept = here.parent / "store"
    kept.mkdir(exist_ok=True)
    return GuardedFetcher(FolderStore(kept), Settings.model_validate({"home": here.parent / "home", **given}))


async def refused(here: Path, name: str, **given: object) -> str:
    with pytest.raises(InvalidInput) as raised:
        await fetcher(here, **given).fetch(name)
    return str(raised.value)


@pytest.mark.parametrize(
    ("name", "data", "kind", "media_type"),
    [
        ("a.png", png(), "image", "image/png"),
        ("a.jpg", png(form="JPEG"), "image", "image/jpeg"),
        ("a.gif", png(form="GIF"), "image", "image/gif"),
        ("a.webp", png(form="WEBP"), "image", "image/webp"),
        ("a.bmp", png(form="BMP"), "image", "image/bmp"),
        ("a.tiff", png(form="TIFF"), "image", "image/tiff"),
        ("a.wav", wav(), "audio", "audio/wav"),
        ("a.flac", b"fLaC" + bytes(40), "audio", "audio/flac"),
        ("a.pdf", b"%PDF-1.4\nall of it is text\n", "document", "application/pdf"),
        ("a.csv", b"name,age\nAda,36\n", "table", "text/csv"),
        ("a.txt", "Grüße".encode(), "text", "text/plain"),
        ("a.md", b"# Title", "text", "text/markdown"),
        ("notes", b"no extension", "text", "text/plain"),
        ("bmw.txt", b"BMW is a car, and no bitmap", "text", "text/plain"),
        ("swapped.txt", png(), "image", "image/png"),
        ("swapped.jpg", png(), "image", "image/png"),
        ("swapped.mp3", wav(), "audio", "audio/wav"),
    ],
)
async def test_a_file_is_identified_by_its_content(
    here: Path, name: str, data: bytes, kind: str, media_type: str
) -> None:
    (here / name).write_bytes(data)

    resource = await fetcher(here).fetch(name)

    assert (resource.kind, resource.media_type, resource.name) == (kind, media_type, name)
    assert resource.size == len(data)
    assert not resource.missing
    assert (resource.text is not None) == (kind in ("text", "table"))


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("utf-16", "Grüße an den Verkäufer"),
        ("utf-16-le", "Grüße an den Verkäufer"),
        ("utf-16-be", "Grüße an den Verkäufer"),
        ("utf-32", "Grüße an den Verkäufer"),
        ("utf-32-le", "Grüße an den Verkäufer"),
        ("cp1252", "The seller is “René Groß” – call after six."),
        ("latin-1", "Jørn Østby bor i Ålesund"),
        ("cp1250", "Zażółć gęślą jaźń. Muzeum otwiera się o dziewiątej."),
        ("cp1251", "Музей открывается в девять часов. Вход стоит восемь евро."),
        ("koi8_r", "Музей открывается в девять часов. Вход стоит восемь евро."),
        ("cp1253", "Το μουσείο ανοίγει στις εννέα."),
        ("cp1254", "Müze dokuzda açılır. Giriş sekiz avrodur. Çocuklar için ücretsizdir, şığ"),
        ("shift_jis", "博物館は九時に開きます。入場料は八ユーロです。"),
        ("euc_jp", "博物館は九時に開きます。入場料は八ユーロです。"),
        ("gb18030", "图书馆每天早上九点开门。星期天不开门。"),
        ("big5", "圖書館星期一至星期五九點開門。星期天不開門。"),
        ("cp949", "박물관은 아홉 시에 문을 엽니다."),
    ],
)
async def test_a_text_is_kept_as_utf_8_whatever_its_encoding(here: Path, encoding: str, text: str) -> None:
    (here / "a.txt").write_bytes(text.encode(encoding))

    resource = await fetcher(here).fetch("a.txt")

    assert (resource.kind, resource.text, resource.size) == ("text", text, len(text.encode()))


async def test_an_encoding_that_was_guessed_goes_with_the_file(here: Path) -> None:
    (here / "guessed.txt").write_bytes("Der Verkäufer heißt René".encode("cp1252"))

    resource = await fetcher(here).fetch("guessed.txt")

    assert resource.caveat == "guessed.txt does not say how its letters are encoded; it is read as cp1252"


async def test_only_short_text_is_kept_inline(here: Path) -> None:
    (here / "short.txt").write_bytes(b"\xef\xbb\xbfwith a byte order mark")
    (here / "long.txt").write_text("x" * 9000)

    assert (await fetcher(here).fetch("short.txt")).text == "with a byte order mark"
    assert (await fetcher(here).fetch("long.txt")).text is None


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("x.png", b"\x8f\x01\x02garbage\xff" * 9, "x.png is not an image: it holds binary data of an unknown type"),
        ("x.png", b"hello", "x.png is not an image: it holds plain text"),
        ("x.png", png()[:20], "x.png is not an image: it begins like PNG, but its header can't be read"),
        ("x.jpg", png(form="JPEG")[:30], "x.jpg is not an image: it begins like JPEG"),
        ("x.wav", wav()[:20], "x.wav is not a sound file: its WAV header is cut off"),
        ("x.wav", wav(0), "x.wav holds no sound"),
        ("x.pdf", b"hello", "x.pdf is not a PDF: it holds plain text"),
        ("x.zip", b"PK\x03\x04" + bytes(40), "x.zip can't be used: it holds application/zip data"),
        (
            "x.bin",
            b"\x80\x81\0",
            "x.bin can't be used: it holds binary data of an unknown type\nWhat can be read: images",
        ),
        (
            "x.doc",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
            "a Word document of before 2007, which can't be read",
        ),
        ("x.txt", b"", "x.txt is empty (0 bytes)"),
        ("x.txt", b" \n", "x.txt holds nothing but white space"),
        ("x.exe", b"MZ\x90\0", "x.exe can't be used: it holds application/x-msdownload data"),
        ("x.ico", b"\0\0\1\0" + bytes(30), "begins like ICO, but its header can't be read"),
    ],
)
async def test_an_unusable_file_is_refused_with_what_it_holds(here: Path, name: str, data: bytes, message: str) -> None:
    (here / name).write_bytes(data)

    assert message in await refused(here, name)


async def test_a_missing_file_is_refused_with_the_names_near_it(here: Path) -> None:
    (here / "Receipt.png").write_bytes(png())

    assert await refused(here, "reciept.png") == "there is no file reciept.png\nSimilar names there: Receipt.png."
    assert "There is no folder" in await refused(here, "nowhere/a.png")
    assert "there is no file Receipt.png/a.png" in await refused(here, "Receipt.png/a.png")


@pytest.mark.parametrize(
    "name", ["", "a\0b.png", "x" * 5000, "~nobody-here/a.png", "ftp://host/a.png", "file:///etc/hosts"]
)
async def test_a_name_that_is_no_path_is_refused(here: Path, name: str) -> None:
    assert await refused(here, name)


async def test_a_folder_is_refused(here: Path) -> None:
    assert "is a folder" in await refused(here, ".")


async def test_pipes_sockets_and_devices_are_refused_without_waiting(here: Path) -> None:
    os.mkfifo(here / "pipe.txt")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("socket.txt")
        for name in ("pipe.txt", "socket.txt", "/dev/zero", "/dev/stdin"):
            async with asyncio.timeout(60):
                assert await refused(here, name)


async def test_a_file_without_permission_is_refused_with_that_reason(here: Path) -> None:
    reader = fetcher(here)
    with TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        secret = Path(folder) / "a.txt"
        secret.write_text("secret")
        secret.chmod(0)
        with without_root(), pytest.raises(InvalidInput, match="permission denied"):
            await reader.fetch(str(secret))


async def test_a_file_over_the_limit_is_refused_with_its_size(here: Path) -> None:
    (here / "a.txt").write_bytes(b"x" * 3_000_000)

    assert "a.txt has 2.9 MB or more, and at most 1.0 MB are read" in await refused(
        here, "a.txt", max_file_bytes=1 << 20
    )


async def test_an_image_with_too_many_pixels_is_refused_by_its_header(here: Path) -> None:
    header = b"IHDR" + struct.pack(">II", 40_000, 40_000) + png()[24:29]
    (here / "bomb.png").write_bytes(png()[:12] + header + struct.pack(">I", zlib.crc32(header)) + png()[33:])
    (here / "wide.png").write_bytes(png(300, 200))

    assert "bomb.png has 40000 x 40000 = 1,600,000,000 pixels" in await refused(here, "bomb.png")
    assert "wide.png has 300 x 200 = 60,000 pixels" in await refused(here, "wide.png", max_image_pixels=20_000)


async def test_a_long_recording_is_accepted_as_experts_may_process_it_in_parts(here: Path) -> None:
    (here / "a.wav").write_bytes(wav(3))

    assert (await fetcher(here, max_audio_seconds=2).fetch("a.wav")).kind == "audio"


async def test_a_wav_file_shorter_than_its_header_claims_is_accepted(here: Path) -> None:
    streamed = bytearray(wav(1))
    streamed[40:44] = b"\xff\xff\xff\xff"
    (here / "a.wav").write_bytes(streamed)

    assert (await fetcher(here).fetch("a.wav")).kind == "audio"


async def test_files_outside_the_roots_are_refused_whether_or_not_they_exist(here: Path) -> None:
    (here / "in").mkdir()
    (here / "in" / "a.txt").write_text("fine")
    (here / "out.txt").write_text("secret")
    (here / "in" / "link.txt").symlink_to(here / "out.txt")
    roots = {"file_roots": (here / "in",)}

    assert (await fetcher(here, **roots).fetch("in/a.txt")).text == "fine"
    for name in ("out.txt", "in/../out.txt", "in/link.txt", "/etc/passwd", "/etc/no-such-file"):
        assert f"{name} lies outside the folders that may be read" in await refused(here, name, **roots)
    assert "out.txt" not in await refused(here, "in/oit.txt", **roots)
    assert "may be read" in await refused(here, "out.txt", file_roots=())


async def test_a_link_that_leads_to_itself_is_refused(here: Path) -> None:
    (here / "a.txt").symlink_to("a.txt")

    assert await refused(here, "a.txt")


async def test_a_file_that_is_attached_and_named_is_read_once(here: Path) -> None:
    (here / "examples").mkdir()
    for name in ("examples/receipt.png", "b.png"):
        (here / name).write_bytes(png())

    gathered = await fetcher(here).gather(
        "Compare receipt.png, examples/receipt.png and ./b.png with lost.wav",
        ["examples/receipt.png", str(here / "examples" / "receipt.png")],
    )

    assert [(r.name, r.kind, r.missing) for r in gathered] == [
        ("examples/receipt.png", "image", False),
        ("./b.png", "image", False),
        ("lost.wav", "audio", True),
    ]


async def test_files_of_one_name_in_two_folders_are_two(here: Path) -> None:
    for folder in ("a", "b"):
        (here / folder).mkdir()
        (here / folder / "x.txt").write_text(folder)

    assert [r.text for r in await fetcher(here).gather("Read b/x.txt", ["a/x.txt"])] == ["a", "b"]


async def test_an_attached_file_must_exist_and_a_named_file_that_exists_must_be_usable(here: Path) -> None:
    (here / "x.png").write_bytes(b"hello")

    with pytest.raises(InvalidInput, match="there is no file"):
        await fetcher(here).gather("Read it", ["lost.png"])
    with pytest.raises(InvalidInput, match="not an image"):
        await fetcher(here).gather("Read x.png", [])


async def test_reading_files_does_not_block_the_event_loop(here: Path) -> None:
    (here / "big.txt").write_bytes(b"x y\n" * 4_000_000)
    waits = 0

    async def beat() -> None:
        nonlocal waits
        while True:
            waits += 1
            await asyncio.sleep(0)

    beating = asyncio.create_task(beat())
    await asyncio.sleep(0)
    await fetcher(here).fetch("big.txt")
    beating.cancel()

    assert waits > 10


async def test_a_recording_may_be_larger_than_other_files_and_is_not_held_in_memory(here: Path, home: Path) -> None:
    """Two hours at 16 kHz have 230 MB; other files may have 200."""
    (here / "talk.wav").write_bytes(wav(seconds=20))
    (here / "notes.txt").write_text("a " * 200_000)
    store = FileStore(home)
    given = GuardedFetcher(store, Settings(home=home, max_file_bytes=100_000))
    kept = await given.fetch("talk.wav")
    assert (kept.kind, kept.media_type, kept.name, kept.producer) == ("audio", "audio/wav", "talk.wav", None)
    assert store.path(kept).read_bytes() == (here / "talk.wav").read_bytes()
    with pytest.raises(InvalidInput, match=r"notes\.txt has 0\.4 MB or more"):
        await given.fetch("notes.txt")
    (here / "long.wav").write_bytes(wav(seconds=40))
    with pytest.raises(InvalidInput, match=r"long\.wav has 0\.6 MB or more, and at most 0\.5 MB are read"):
        await given.fetch("long.wav")
