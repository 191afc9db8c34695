"""Playlists, manifests and scripts: files that name other files and servers

FFmpeg reads 350 formats, and many of them only name what to open next; some begin with the first bytes of another format.
Every reader of sound and video gets each of them: only the named file is ever opened.
"""

import base64
import io
import itertools
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from bombs import wav
from fences import Fence
from hugginggpt.graph.errors import ExpertError
from hugginggpt.tools.media.container import demuxer_for, sniff_media_type
from hugginggpt.tools.media.pictures import read_image
from hugginggpt.tools.media.recording_parts import cut_recording
from hugginggpt.tools.media.sound import read_sound
from hugginggpt.tools.media.video_frames import iterate_frames
from materials import material

LOUD = wav(1, 8_000, b"\xff\x3f" * 8_000 * 150)
"""What the playlists point at: two and a half minutes, so that it would be cut into parts as well."""

PLAYLISTS = {
    "m3u8": "#EXTM3U\n#EXT-X-TARGETDURATION:99\n#EXTINF:9,\n{target}\n#EXT-X-ENDLIST\n",
    "m3u8-with-a-range": "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXT-X-BYTERANGE:900@0\n#EXTINF:9,\n{target}\n#EXT-X-ENDLIST\n",
    "m3u8-with-a-key": '#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXT-X-KEY:METHOD=AES-128,URI="{target}"\n#EXTINF:9,\n{target}\n',
    "m3u8-with-a-map": '#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXT-X-MAP:URI="{target}"\n#EXTINF:9,\n{target}\n#EXT-X-ENDLIST\n',
    "m3u8-of-m3u8": "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n{target}\n",
    "ffconcat": "ffconcat version 1.0\nfile {target}\n",
    "ffconcat-quoted": "ffconcat version 1.0\nfile '{target}'\nduration 1\n",
    "ffconcat-with-options": "ffconcat version 1.0\nfile {target}\noption safe 0\noption protocol_whitelist file,http,tcp\n",
    "ffconcat-of-itself": "ffconcat version 1.0\nfile list.wav\nfile list.wav\n",
    "mpd": '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" mediaPresentationDuration="PT9S">'
    '<Period><AdaptationSet contentType="audio"><Representation id="1" bandwidth="1"><BaseURL>{target}</BaseURL>'
    "</Representation></AdaptationSet></Period></MPD>",
    "smooth-streaming": '<SmoothStreamingMedia><StreamIndex Url="{target}"/></SmoothStreamingMedia>',
    "sdp": "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\na=control:{target}\nm=audio {port} RTP/AVP 0\n",
    "pls": "[playlist]\nFile1={target}\nNumberOfEntries=1\n",
    "xspf": '<playlist xmlns="http://xspf.org/ns/0/"><trackList><track><location>{target}</location></track></trackList>'
    "</playlist>",
    "asx": '<asx version="3.0"><entry><ref href="{target}"/></entry></asx>',
    "wvx": "[Reference]\nRef1={target}\n",
    "smil": '<smil><body><audio src="{target}"/></body></smil>',
    "rtsp-redirect": "RTSPtextRTSP://{target}",
    "ivr": ".R1M\0\1\1{target}",
    "quicktime-link": '<?quicktime type="application/x-quicktime-media-link"?><embed src="{target}"/>',
    "lavfi": "amovie={target}",
    "vapoursynth": "import vapoursynth as vs\nvs.core.ffms2.Source('{target}').set_output()\n",
    "avisynth": 'FFAudioSource("{target}")',
    "concat": "concat:{target}|{target}",
    "subfile": "subfile,,start,0,end,900,,:{target}",
    "data": "data:audio/wav;base64,{data}",
    "crypto": "crypto:{target}",
    "cache": "cache:{target}",
    "async": "async:{target}",
    "tee": "tee:{target}",
    "pipe": "pipe:0",
}
TARGETS = {
    "beside-it": lambda folder, _: "loud.wav",
    "with-a-dot": lambda folder, _: "./loud.wav",
    "by-its-path": lambda folder, _: str(folder / "loud.wav"),
    "as-a-url": lambda folder, _: f"file:{folder}/loud.wav",
    "on-a-server": lambda _, port: f"http://127.0.0.1:{port}/loud.wav",
}
DISGUISES: dict[str, bytes] = {
    "bare": b"",
    "behind-an-mp3-tag": b"ID3\x03\0\0\0\0\0\x0a" + bytes(10),
    "behind-an-empty-riff": b"RIFF\x04\0\0\0WAVE",
    "behind-a-byte-order-mark": b"\xef\xbb\xbf",
    "behind-a-zero": b"\0",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "loud.wav").write_bytes(LOUD)
    return tmp_path


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[int, list[str]]]:
    requested = list[str]()

    class Loud(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            requested.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(LOUD)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Loud) as serving:
        threading.Thread(target=serving.serve_forever, daemon=True).start()
        yield serving.server_port, requested
        serving.shutdown()


READERS: dict[str, Callable[[Path], object]] = {
    "sound": read_sound,
    "frames": lambda path: list(iterate_frames(material(path), 4)),
    "parts": lambda path: cut_recording(path, path.parent),
}


@pytest.mark.parametrize("disguise", DISGUISES)
@pytest.mark.parametrize("playlist", PLAYLISTS)
def test_a_playlist_opens_nothing(folder: Path, server: tuple[int, list[str]], playlist: str, disguise: str) -> None:
    """A playlist, manifest or script in place of sound or video opens no other file and no connection."""
    port, requested = server
    for (name, target), (reader, read) in itertools.product(TARGETS.items(), READERS.items()):
        data = base64.b64encode(LOUD[:2_000]).decode()
        text = PLAYLISTS[playlist].format(target=target(folder, port), port=port, data=data)
        path = folder / "list.wav"
        path.write_bytes(DISGUISES[disguise] + text.encode())
        try:
            made = read(path)
        except ExpertError:
            made = ()
        assert made == (), f"{reader} read {playlist} {disguise}, of a file {name}"
        assert not requested, f"{reader} called a server for {playlist}"


@pytest.mark.parametrize("name", ["concat:loud.wav", "subfile,,start,0,end,90,,:loud.wav", "file:loud.wav", "data:,x"])
def test_the_name_of_a_file_is_never_a_url(folder: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """The readers of sound and video take the name of a file as a path, whatever protocol it looks like."""
    monkeypatch.chdir(folder)
    for read in READERS.values():
        with pytest.raises(FileNotFoundError):
            read(Path(name))


def test_a_film_that_names_another_file_does_not_open_it(folder: Path) -> None:
    """A video whose tracks lie in other files, as QuickTime allows, is refused, and those files are not opened."""
    import av

    made = io.BytesIO()
    with av.open(made, "w", format="mov") as container:
        stream = container.add_stream("pcm_s16le", rate=8_000, layout="mono")
        frame = av.AudioFrame(format="s16", layout="mono", samples=8_000)
        frame.sample_rate = 8_000
        container.mux(stream.encode(frame))
    film = made.getvalue()
    named = str(folder / "loud.wav").encode()
    alias = (
        b"\0\0\0\0"
        + b"\0" * 6
        + b"\0\2"
        + bytes(142)
        + b"\0\2"
        + len(named).to_bytes(2, "big")
        + named
        + b"\xff\xff\0\0"
    )
    entry = (len(alias) + 8).to_bytes(4, "big") + b"alis" + alias
    path = folder / "film.mov"
    path.write_bytes(film.replace(b"\0\0\0\x0curl \0\0\0\1", entry))
    try:
        samples, _ = read_sound(path)
    except ExpertError:
        return
    assert samples.max() < 0.1


@pytest.mark.parametrize(
    "head",
    [
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(%pipe%id) (r) file\n",
        b"<svg xmlns='http://www.w3.org/2000/svg'><image href='file:///etc/passwd'/></svg>",
        b"\x00\x00\x00\x0cjP  \r\n\x87\n" + bytes(90),
        b"8BPS\0\1" + bytes(90),
        b"SIMPLE  =                    T" + bytes(90),
        b"\xd7\xcd\xc6\x9a" + bytes(90),
        b"#define a_width 8\n#define a_height 1\nstatic char a_bits[] = {\n0x00};\n",
    ],
    ids=["eps", "svg", "jpeg2000", "psd", "fits", "wmf", "xbm"],
)
def test_a_picture_of_another_format_is_never_opened(tmp_path: Path, head: bytes) -> None:
    """Pictures are read in a dozen formats only: none that runs or reads anything else."""
    path = tmp_path / "a.png"
    path.write_bytes(head)
    with pytest.raises(ExpertError, match=r"a\.png can't be read as an image"):
        read_image(material(path))


def test_a_format_is_detected_by_the_first_bytes_and_not_by_the_name() -> None:
    """The first bytes choose the one FFmpeg demuxer that reads a sound or video; where they name none, none reads it."""
    assert demuxer_for(LOUD[:64]) == "wav"
    assert demuxer_for(b"\xff\xfb\x90\x00" + bytes(60)) == "mp3"
    assert demuxer_for(b"\xff\xf1\x50\x80" + bytes(60)) == "aac"
    for text in (*PLAYLISTS.values(), "RIFF", "", "PNG"):
        assert demuxer_for(text.encode()) is None
        assert sniff_media_type(text.encode()) == ""


FENCES = (
    Fence(
        "one form, few codecs, no protocol", "tools/media/container.py",
        "        if demuxer is None:\n            raise Unreadable(label, what)\n"
        '        try:\n            with av.open(file, "r", **_restricted_options(demuxer)) as',
        "        try:\n            with av.open(str(path)) as",
        "test_playlists.py::test_a_playlist_opens_nothing[ffconcat-bare]",
    ),
    Fence(
        "the forms of pictures", "tools/media/pictures.py",
        "image = opened.enter_context(Image.open(path, formats=FORMATS))", "image = opened.enter_context(Image.open(path))",
        "test_playlists.py::test_a_picture_of_another_format_is_never_opened[xbm]",
    ),
)  # fmt: skip
