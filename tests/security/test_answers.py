"""Media from providers and servers, and files that are sent to them

Worker processes decode all of them, as they do files; the process that holds the keys decodes nothing.
"""

import base64
import io
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from bombs import film, jpeg, png
from fences import Fence
from hugginggpt.graph.errors import ExpertError
from hugginggpt.graph.settings import Settings
from hugginggpt.tools.backends.endpoint.backend import EndpointBackend
from hugginggpt.tools.backends.endpoint.endpoints_file import Endpoint, add_endpoint
from hugginggpt.tools.scripted import Reply, as_json, serve
from paths import SUPPORT
from samples import call_of, check_outputs

SCRIPT = """
    import asyncio, base64, sys
    from pathlib import Path
    from hugginggpt.graph.settings import Settings
    from hugginggpt.tools.backends.endpoint.backend import EndpointBackend
    from samples import call_of

    async def main(home, task_type, scratch):
        backend = EndpointBackend(Settings(home=home))
        (expert,) = backend.experts(task_type)
        made = await backend.run(call_of(task_type, expert, scratch))
        await backend.aclose()
        decoders = sorted({"av", "cv2", "numpy", "pypdfium2"} & set(sys.modules))
        print(len(made), made[0].media_type, decoders)

    asyncio.run(main(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3])))
"""


def surround() -> bytes:
    """Sound of eight channels in a form that no browser plays, so that it must be decoded."""
    import av

    made = io.BytesIO()
    with av.open(made, "w", format="mov") as container:
        stream = container.add_stream("pcm_s16le", rate=16_000, layout="7.1")
        frame = av.AudioFrame(format="s16", layout=stream.layout, samples=16_000)
        frame.sample_rate = 16_000
        container.mux(stream.encode(frame))
    return made.getvalue()


@pytest.mark.parametrize(
    ("task_type", "kind"),
    [("text-to-speech", "audio"), ("automatic-speech-recognition", "text"), ("text-to-video", "video")],
)
def test_the_process_with_the_keys_decodes_nothing(home: Path, tmp_path: Path, task_type: str, kind: str) -> None:
    """The process that holds your keys decodes neither what a server returns nor what is sent to one."""
    answers = {
        "text-to-speech": Reply(200, surround(), {"content-type": "video/quicktime"}),
        "automatic-speech-recognition": as_json({"text": "hello"}),
        "text-to-video": Reply(200, film("matroska", jpeg(64)), {"content-type": "video/x-matroska"}),
    }
    with serve(lambda _: answers[task_type]) as server:
        add_endpoint(home.with_name("config"), Endpoint(name="mine", url=server.url, task_type=task_type))
        path = [str(SUPPORT), *filter(None, sys.path)]
        done = subprocess.run(
            [sys.executable, "-c", textwrap.dedent(SCRIPT), str(home), task_type, str(tmp_path / "s")],
            env=os.environ | {"PYTHONPATH": os.pathsep.join(path)}, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
    count, media_type, *decoders = done.stdout.split(maxsplit=2)
    assert (count, media_type.partition("/")[0], decoders) == ("1", kind, ["[]\n"]), done.stderr


BAD = {
    "large": png(8_000),
    "of-many-scans": jpeg(64, 400),
    "broken": b"RIFF",
    "of-another-form": b"%!PS-Adobe-3.0 EPSF",
}


@pytest.mark.parametrize("kind", BAD)
async def test_an_unusable_picture_from_a_server_is_refused(home: Path, tmp_path: Path, kind: str) -> None:
    """A picture from a server that is too large, damaged or of another format is refused; the next expert is tried."""
    answer = as_json({"created": 1, "data": [{"b64_json": base64.b64encode(BAD[kind]).decode()}]})
    with serve(lambda _: answer) as server:
        add_endpoint(
            home.with_name("config"), Endpoint(name="mine", url=server.url, task_type="text-to-image", api="openai")
        )
        backend = EndpointBackend(Settings(home=home))
        (expert,) = backend.experts("text-to-image")
        with pytest.raises(ExpertError, match="mine returned what can't be used: the answer") as error:
            await backend.run(call_of("text-to-image", expert, tmp_path / "s"))
        await backend.aclose()
    assert not error.value.input_fault


async def test_sound_with_eight_channels_is_accepted(home: Path, tmp_path: Path) -> None:
    """Sound with many channels from a server is accepted, and stored as sound that every browser plays."""
    with serve(lambda _: Reply(200, surround(), {"content-type": "video/quicktime"})) as server:
        add_endpoint(home.with_name("config"), Endpoint(name="mine", url=server.url, task_type="text-to-speech"))
        backend = EndpointBackend(Settings(home=home))
        (expert,) = backend.experts("text-to-speech")
        made = list(await backend.run(call_of("text-to-speech", expert, tmp_path / "s")))
        await backend.aclose()
    check_outputs("text-to-speech", made)
    assert made[0].media_type == "audio/wav"


FENCES = (
    Fence(
        "decoding apart", "tools/backends/worker/decoder.py",
        'self._workers.run_blocking(f"{_FUNCTIONS}:{function}", decode_call)',
        "__import__(_FUNCTIONS, fromlist=[function]).__dict__[function](decode_call)",
        "test_answers.py::test_the_process_with_the_keys_decodes_nothing[text-to-speech-audio]",
    ),
)  # fmt: skip
