"""Does the work of `doctor`: checks each part of the installation, and prints what to do about what does not work."""

import asyncio
import platform
import shutil
import sys
from collections.abc import AsyncIterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Literal, NamedTuple

import typer

from ...checkpoints.database import Database
from ...graph.call import Call, Material
from ...graph.errors import ExpertError, HuggingGPTError
from ...graph.extras import install
from ...graph.plan import Plan
from ...graph.ports import Backend
from ...graph.settings import MEGABYTE, Settings
from ...graph.vocabulary import VOCABULARY
from ...graph.world import World, controller_for, open_world
from ...tools.backends.worker.memory_limits import MemoryLimits
from ...tools.backends.worker.process import check_confinement
from ...tools.backends.worker.sandbox import ALL_MEASURES, KEEPS_FILE_CAPABILITIES
from ...tools.catalog.ranked_catalog import ranked_candidates
from ...tools.media.memory_budget import file_budget
from ...tools.net.addresses import without_secrets
from ...tools.places import backends_for
from .arguments import settings_of
from .console import err, out, plain, print_json, run_async, table

State = Literal["ok", "note", "broken"]
_LITTLE_SPACE = 500 * MEGABYTE
_TRIAL = 60.0
"""Seconds for the plan that a chat model makes on trial."""


class Finding(NamedTuple):
    """One part of the installation, its state, and details or what to do."""

    part: str
    state: State
    what: str


def run_doctor(*, home: Path | None, llm: str | None, live: bool, as_json: bool) -> None:
    """Print every finding; exit code 1 when something is broken."""
    findings: list[Finding] = run_async(_findings(settings_of(home=home, llm=llm), live))
    if as_json:
        print_json([finding._asdict() for finding in findings])
    else:
        shown = table("part", "", "")
        styles = {"ok": "green", "note": "yellow", "broken": "red"}
        for finding in findings:
            shown.add_row(finding.part, f"[{styles[finding.state]}]{finding.state}[/]", plain(finding.what))
        out().print(shown)
    broken = [finding.part for finding in findings if finding.state == "broken"]
    if broken:
        err().print(f"broken: {', '.join(broken)}", style="red")
        raise typer.Exit(1)


async def _findings(settings: Settings, live: bool) -> list[Finding]:
    return [finding async for finding in _all_findings(settings, live)]


async def _all_findings(settings: Settings, live: bool) -> AsyncIterator[Finding]:
    yield Finding("python", "ok", f"{sys.version.split()[0]} on {platform.platform()}")
    packages = ", ".join(
        f"{name} {_version(name)}" for name in ("hugginggpt", "langgraph", "langchain-core", "pydantic")
    )
    yield Finding("packages", "ok", packages)
    yield await _home(settings)
    yield _addresses(settings)
    yield await _controller(settings)
    yield await asyncio.to_thread(_workers, settings)
    places = backends_for(settings)
    try:
        for place in places:
            yield _backend(place)
        yield _coverage(places)
    finally:
        for place in places:
            await place.aclose()
    yield await _sample_call(settings)
    if live:
        async for finding in _live(settings):
            yield finding


async def _live(settings: Settings) -> AsyncIterator[Finding]:
    from .live_checks import live_checks

    found = 0
    async with open_world(settings.model_copy(update={"llm": ""})) as world:
        async for check in live_checks(world):
            found += 1
            yield Finding(f"live: {check.what}", "ok" if check.ok else "broken", check.outcome)
    if not found:
        hint = "set HF_TOKEN or HUGGINGGPT_VLM, or add a server: hugginggpt models --add URL --task TASK"
        yield Finding("live", "note", f"nothing is set up that could be called except the controller; {hint}")


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "(not installed)"


async def _home(settings: Settings) -> Finding:
    database = Database(settings.home)
    try:
        runs = await database.read(lambda db: int(db.execute("SELECT count(*) FROM runs").fetchone()[0]))
    except HuggingGPTError as error:
        return Finding("home", "broken", str(error))
    finally:
        database.close()
    free = shutil.disk_usage(settings.home).free
    what = f"{settings.home}, {runs} runs, {free // MEGABYTE} MB free"
    return Finding("home", "ok" if free > _LITTLE_SPACE else "note", what)


def _addresses(settings: Settings) -> Finding:
    if settings.allow_private_urls:
        return Finding("URLs", "note", "they may point to this machine and its network (HUGGINGGPT_ALLOW_PRIVATE_URLS)")
    if settings.fetch_proxy:
        shown = without_secrets(settings.fetch_proxy)
        return Finding("URLs", "note", f"the proxy {shown} resolves names: it is the guard against private addresses")
    return Finding("URLs", "ok", "this program resolves their names, and reads from public addresses only")


async def _controller(settings: Settings) -> Finding:
    if not settings.chat_model:
        how = "neither --llm nor HUGGINGGPT_LLM names a chat model (openai:MODEL, ollama:MODEL, hf:MODEL, ...)"
        return Finding("controller", "ok", f"{controller_for(settings).name}, for {how}")
    from ...tools.controllers.llm import LlmController
    from ...tools.controllers.llm.trial import trial

    try:
        patience = {name: min(getattr(settings, name), _TRIAL) for name in ("llm_first_token", "llm_timeout")}
        controller = LlmController(settings.chat_model, settings.model_copy(update=patience))
        tried = await trial(controller)
    except HuggingGPTError as error:
        return Finding("controller", "broken", error.line)
    spent = controller.usage
    cost = f"{spent.shown_tokens}, {spent.seconds:.1f} s"
    what = f"{controller.name} at {controller.model.place} {tried.what} ({cost})"
    return Finding("controller", "ok" if tried.ok else "note", what)


def _workers(settings: Settings) -> Finding:
    found = check_confinement(settings)
    kept = [*found.worker, *(["the memory of this process closed to them"] if found.parent else [])]
    means = ", ".join(kept) or "only an environment without keys: this system offers no more"
    call, file = MemoryLimits.for_calls(settings).more, file_budget(settings)
    how = "by the kernel and by a watcher" if sys.platform == "linux" else "by a watcher"
    memory = f"{call // MEGABYTE:,} MB a call{f' and {file // MEGABYTE:,} MB a file' if found.worker else ''}, {how}"
    whole = found.parent and len(found.worker) == ALL_MEASURES and KEEPS_FILE_CAPABILITIES not in found.worker
    return Finding("workers", "ok" if whole else "note", f"{means}; {memory}")


def _backend(place: Backend) -> Finding:
    offered = [expert for name in VOCABULARY for expert in place.experts(name)]
    obstacles = [str(obstacle) for expert in offered if (obstacle := place.obstacle(expert, None)) is not None]
    what = f"{len(offered) - len(obstacles)} of {len(offered)} experts can run"
    reasons = "; ".join(sorted(set(obstacles)))
    return Finding(f"backend {place.name}", "note" if obstacles else "ok", f"{what}; {reasons}" if reasons else what)


def _coverage(places: list[Backend]) -> Finding:
    runnable = [name for name in VOCABULARY if any(c.obstacle is None for c in ranked_candidates(places, name))]
    return Finding(
        "task types",
        "ok" if runnable else "broken",
        f"{len(runnable)} of {len(VOCABULARY)} can run; see `hugginggpt tasks`",
    )


async def _sample_call(settings: Settings) -> Finding:
    try:
        async with open_world(settings.model_copy(update={"llm": ""})) as world:
            label = await asyncio.wait_for(_identify(world, "Bonjour tout le monde, comment allez-vous ?"), 60)
    except (HuggingGPTError, TimeoutError) as error:
        return Finding("trial", "broken", f"an expert could not be called: {error}")
    return Finding("trial", "ok", f"language-identification of a French sentence returns {label}")


async def _identify(world: World, text: str) -> str:
    (task,) = Plan.from_hugginggpt([{"task": "language-identification", "args": {"text": text}}]).tasks
    able = [c.expert for c in await world.catalog.candidates(task) if c.obstacle is None]
    if not able:
        raise ExpertError("no expert here identifies languages", hint=install("embedded"))
    resource = await world.store.put_text(text)
    material = Material(resource=resource, path=world.store.path(resource))
    async with world.store.scratch() as scratch:
        call = Call(
            run_id="doctor", key="0", task=task, expert=able[0], inputs={"text": (material,)}, scratch=scratch, timeout=60
        )  # fmt: skip
        (artifact,) = await world.backends[able[0].backend].run(call)
    return artifact.text or "nothing"
