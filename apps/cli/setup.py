"""Does the work of `setup`: offers the two models to begin with, has them downloaded with consent, and tries each once."""

import json
import time
from collections.abc import Awaitable, Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import typer

from ...graph.call import Artifact, Call, Material
from ...graph.errors import ExpertError
from ...graph.expert import Expert
from ...graph.resource import Kind, Resource
from ...graph.task import Task
from ...graph.world import World, open_world
from .arguments import settings_of
from .consent import terminal_consent
from .console import out, plain, print_json, run_async, warn

_SECONDS = 300.0
_NEAR, _FAR = "A ship sails over the water.", "The invoice is due on Friday."
_SPOKEN = "The red boat sails across the bay at nine"
_FILES = "config.json, model.safetensors, tokenizer.json, tokenizer_config.json"


class Offer(NamedTuple):
    """A model that is real, small and right, and how it is tried."""

    model_id: str
    task_type: str
    what: str
    more_files: str
    attempt: Callable[[World, Expert, Path], Awaitable[str]]
    """Calls it once; what came of it. Raises `ExpertError` where that is wrong."""


class Outcome(NamedTuple):
    """What became of an offer."""

    model_id: str
    task_type: str
    what: str
    ok: bool
    outcome: str


def set_up(*, home: Path | None, download: str | None, as_json: bool) -> None:
    """Offer and try each; exit code 3 where one is not set up, 1 where none is."""
    outcomes: list[Outcome] = run_async(_set_up(home, download, shown=not as_json))
    if as_json:
        print_json([outcome._asdict() for outcome in outcomes])
    if not all(outcome.ok for outcome in outcomes):
        raise typer.Exit(3 if any(outcome.ok for outcome in outcomes) else 1)


async def _set_up(home: Path | None, download: str | None, *, shown: bool) -> list[Outcome]:
    settings = settings_of(home=home, llm="", download=download)
    outcomes = []
    async with open_world(settings, consent=terminal_consent()) as world:
        for offer in OFFERS:
            if shown:
                out().print(plain(f"{offer.model_id}: {offer.what}"), soft_wrap=True)
            outcome = await _tried(world, offer)
            outcomes.append(outcome)
            if not outcome.ok:
                warn(plain(f"not set up: {outcome.outcome}"))
            elif shown:
                out().print(plain(f"set up, and tried: {outcome.outcome}"), soft_wrap=True)
    return outcomes


async def _tried(world: World, offer: Offer) -> Outcome:
    backend = world.backends["local"]
    expert = backend.named(offer.task_type, offer.model_id)
    obstacle = backend.obstacle(expert, None) if expert else None
    began = time.perf_counter()
    try:
        if expert is None or obstacle is not None:
            raise ExpertError(f"it {obstacle}")
        async with world.store.scratch() as scratch:
            ok, outcome = True, await offer.attempt(world, expert, scratch)
            outcome += f" ({time.perf_counter() - began:.1f} s, with the download and the loading of it)"
    except ExpertError as error:
        by_hand = _by_hand(offer) if find_spec("torch") else ""  # without the extra, there is no use for the files
        ok, outcome = False, f"{str(error).strip()}. {by_hand}"
    return Outcome(offer.model_id, offer.task_type, offer.what, ok, " ".join(outcome.split()))


def _by_hand(offer: Offer) -> str:
    """What to download where, for a machine that does not reach the Hub."""
    return (
        f"Without a connection to the Hub: put {_FILES}{offer.more_files} of"
        f" https://huggingface.co/{offer.model_id}/tree/main into a folder,"
        f" and name it: --model {offer.task_type}=/that/folder."
    )


async def _compare(world: World, expert: Expert, scratch: Path) -> str:
    inputs = {
        "source_sentence": (await _text(world, "A boat crosses the bay."),),
        "sentences": (await _text(world, _FAR), await _text(world, _NEAR)),
    }
    (made,) = await _called(world, expert, inputs, scratch)
    rows = json.loads(made.text or "[]")
    if rows[0]["label"] != _NEAR:
        raise ExpertError(f"it finds {rows[0]['label']!r} nearer to 'A boat crosses the bay.' than {_NEAR!r}")
    scores = " and ".join(f"{row['label']!r} {row['score']:.2f}" for row in rows)
    return f"nearness to 'A boat crosses the bay.': {scores}"


async def _transcribe(world: World, expert: Expert, scratch: Path) -> str:
    embedded = world.backends["embedded"]
    able = [each for each in embedded.experts("text-to-speech") if embedded.obstacle(each, None) is None]
    if not able:
        raise ExpertError("there is nothing here that speaks a sentence for it to write down: install `embedded`")
    (speech, *_) = await _called(world, able[0], {"text": (await _text(world, _SPOKEN),)}, scratch)
    if speech.path is None:
        raise ExpertError("the sentence to write down could not be spoken")
    audio = await _stored(world, speech.path.read_bytes(), "audio", speech.media_type)
    (made, *_) = await _called(world, expert, {"audio": (audio,)}, scratch, language="en")
    heard = (made.text or "").strip()
    right = set(_SPOKEN.lower().split()) & {word.strip(".,!?").lower() for word in heard.split()}
    if len(right) < 4:
        raise ExpertError(f"it wrote down {heard[:80]!r} for {_SPOKEN!r}")
    return f"it wrote down {heard!r}"


async def _called(
    world: World, expert: Expert, inputs: dict[str, tuple[Material, ...]], scratch: Path, **parameters: str
) -> Sequence[Artifact]:
    task = Task.model_validate({"id": 0, "type": expert.task_type, "parameters": parameters})
    call = Call(
        run_id="setup", key="0", task=task, expert=expert, inputs=inputs, scratch=scratch, timeout=_SECONDS
    )  # fmt: skip
    return await world.backends[expert.backend].run(call)


async def _text(world: World, text: str) -> Material:
    resource = await world.store.put_text(text)
    return Material(resource=resource, path=world.store.path(resource))


async def _stored(world: World, data: bytes, kind: Kind, media_type: str) -> Material:
    sha256, size = await world.store.put_bytes(data, media_type)
    resource = Resource(kind=kind, media_type=media_type, sha256=sha256, size=size, name="a spoken sentence")
    return Material(resource=resource, path=world.store.path(resource))


OFFERS = (
    Offer(
        "sentence-transformers/all-MiniLM-L6-v2",
        "sentence-similarity",
        "compares English texts by meaning; about 91 MB, a fraction of a second a text on a processor",
        ", vocab.txt",
        _compare,
    ),
    Offer(
        "openai/whisper-base",
        "automatic-speech-recognition",
        "writes down speech in 99 languages; about 290 MB, some seconds for half a minute on a processor",
        ", generation_config.json, preprocessor_config.json, vocab.json, merges.txt",
        _transcribe,
    ),
)
"""In the order in which they are offered."""
