"""The worker pool: calls run in processes that can be killed."""

import asyncio
import errno
import gc
import os
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from hugginggpt.graph.call import Call
from hugginggpt.graph.errors import ExpertError
from hugginggpt.graph.settings import Settings
from hugginggpt.tools.backends.worker.child import Failure
from hugginggpt.tools.backends.worker.pool import Workers
from hugginggpt.tools.backends.worker.process import worker_environment
from hugginggpt.tools.backends.worker.progress import Step
from paths import SUPPORT

MakeCall = Callable[..., Call]


@pytest.fixture
def workers(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workers]:
    monkeypatch.syspath_prepend(str(SUPPORT))
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    pool = Workers(settings)
    yield pool
    pool.close()


@pytest.fixture
def call(make_call: MakeCall) -> Call:
    call = make_call("count", {"items": "a\nb"}, timeout=20)
    os.mkfifo(call.scratch / "pid")
    return call


async def text_of(workers: Workers, function: str, call: Call) -> str:
    artifacts = await workers.run(f"misbehaving:{function}", call)
    return artifacts[0].text or ""


async def under_way(call: Call) -> int:
    """The process id that a call writes into its pipe once it runs."""
    return int(await asyncio.to_thread((call.scratch / "pid").read_text))


async def test_the_steps_of_an_expert_are_reported_while_it_runs(workers: Workers, make_call: MakeCall) -> None:
    steps: list[Step] = []
    (sock,) = await workers.run("misbehaving:step", make_call("count", {"items": "wool"}), steps.append)
    assert sock.text == "a sock"
    assert [(step.what, step.done, step.total, step.unit) for step in steps] == [
        ("knitting", n, 3, "rows") for n in (1, 2, 3)
    ]
    assert await workers.run("misbehaving:step", make_call("count", {"items": "wool"}))  # without a listener


async def test_a_crash_after_some_steps_is_reported_as_any_other(workers: Workers, make_call: MakeCall) -> None:
    steps: list[Step] = []
    with pytest.raises(ExpertError, match="died"):
        await workers.run("misbehaving:step", make_call("count", {"items": "crash"}), steps.append)
    assert [step.done for step in steps] == [1, 2]


async def test_a_worker_stays_warm_for_the_next_call(workers: Workers, call: Call) -> None:
    assert await text_of(workers, "pid", call) == await text_of(workers, "pid", call)
    assert len(workers.pids) == 1


async def test_calls_run_at_the_same_time_in_processes_of_their_own(workers: Workers, call: Call) -> None:
    hanging = asyncio.create_task(workers.run("misbehaving:hang", call))
    busy = await under_way(call)
    assert int(await text_of(workers, "pid", call)) != busy
    hanging.cancel()


async def test_what_a_library_prints_never_reaches_the_reply(workers: Workers, call: Call) -> None:
    assert await text_of(workers, "chatter", call) == "done"
    assert await text_of(workers, "chatter", call) == "done"


async def test_a_call_stuck_in_c_code_is_ended_at_its_limit_and_the_next_one_works(
    workers: Workers, call: Call
) -> None:
    began = time.monotonic()
    task = asyncio.create_task(workers.run("misbehaving:hang_in_c", call.model_copy(update={"timeout": 1.5})))
    pid = await under_way(call)
    with pytest.raises(ExpertError, match=r"embedded/count took longer than 1\.5 s") as error:
        await task
    assert time.monotonic() - began < 60  # the function takes ten minutes
    assert not psutil.pid_exists(pid)
    assert not error.value.retryable
    assert await text_of(workers, "pid", call)


async def test_a_cancelled_call_leaves_no_process_behind(workers: Workers, call: Call) -> None:
    task = asyncio.create_task(workers.run("misbehaving:hang_in_c", call))
    pid = await under_way(call)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not psutil.pid_exists(pid)
    assert workers.pids == ()


async def test_a_call_that_is_cancelled_twice_ends_without_a_message_of_asyncio(workers: Workers, call: Call) -> None:
    """Ctrl-C twice: how the call ended is no error that was overlooked, which asyncio would print with its traceback."""
    messages: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: messages.append(context))
    task = asyncio.create_task(workers.run("misbehaving:hang_in_c", call))
    await under_way(call)
    for _ in range(2):
        task.cancel()
        await asyncio.sleep(0)
    with pytest.raises(asyncio.CancelledError):
        await task
    await asyncio.to_thread(workers.close)  # waits for the thread of the call
    await asyncio.sleep(0.01)
    gc.collect()
    assert messages == []


async def test_a_call_cancelled_while_it_waits_for_a_worker_never_starts(settings: Settings, call: Call) -> None:
    sys.path.insert(0, str(SUPPORT))
    workers = Workers(settings.model_copy(update={"workers": 1}))
    try:
        first = asyncio.create_task(workers.run("misbehaving:hang", call))
        pid = await under_way(call)
        waiting = asyncio.create_task(workers.run("misbehaving:pid", call))
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        assert psutil.pid_exists(pid)
        first.cancel()
    finally:
        await asyncio.to_thread(workers.close)
        sys.path.remove(str(SUPPORT))


async def test_a_dead_worker_is_a_retryable_failure_that_quotes_its_last_output(workers: Workers, call: Call) -> None:
    with pytest.raises(ExpertError, match=r"died \(SIGSEGV\).*out of cheese") as error:
        await workers.run("misbehaving:crash", call)
    assert error.value.retryable
    assert await text_of(workers, "pid", call)


async def test_a_worker_that_died_while_idle_is_replaced(workers: Workers, call: Call) -> None:
    first = psutil.Process(int(await text_of(workers, "pid", call)))
    first.kill()
    psutil.wait_procs([first], timeout=0.5)  # it may stay until the pool asks for it
    assert int(await text_of(workers, "pid", call)) != first.pid


async def test_the_error_of_an_expert_is_raised_with_all_its_fields(workers: Workers, call: Call) -> None:
    with pytest.raises(ExpertError) as error:
        await workers.run("misbehaving:refuse", call)
    assert (error.value.message, error.value.hint) == ("the picture is upside down", "turn it")
    assert error.value.retryable
    assert error.value.input_fault


async def test_an_unexpected_error_is_a_sentence_without_a_traceback(workers: Workers, call: Call) -> None:
    with pytest.raises(ExpertError) as error:
        await workers.run("misbehaving:fail", call)
    assert error.value.message == "embedded/count failed: KeyError: 'weights'"


async def test_a_worker_inherits_no_keys(workers: Workers, call: Call) -> None:
    inherited = await text_of(workers, "environment", call)
    assert "sk-secret" not in inherited
    assert "ORT_DISABLE_TELEMETRY=1" in inherited


def test_a_worker_gets_its_limits_and_its_share_of_the_processors(settings: Settings) -> None:
    variables = worker_environment(
        settings, {"PATH": "/bin", "HF_TOKEN": "hf_x", "LC_ALL": "C", "AWS_SECRET_ACCESS_KEY": "x"}
    )
    assert variables["HUGGINGGPT_MAX_IMAGE_PIXELS"] == "25000000"
    assert int(variables["OMP_NUM_THREADS"]) >= 1
    assert {"PATH", "LC_ALL"} <= set(variables)
    assert not {"HF_TOKEN", "AWS_SECRET_ACCESS_KEY"} & set(variables)


def test_several_event_loops_share_a_pool(workers: Workers, call: Call) -> None:
    def loop(_: int) -> str:
        return asyncio.run(text_of(workers, "pid", call))

    with ThreadPoolExecutor(4) as threads:
        pids = set(threads.map(loop, range(8)))
    assert 1 <= len(pids) <= 2
    assert set(map(str, workers.pids)) == pids


async def test_closing_kills_busy_workers_and_fails_their_calls(workers: Workers, call: Call) -> None:
    task = asyncio.create_task(workers.run("misbehaving:hang_in_c", call))
    pid = await under_way(call)
    began = time.monotonic()
    await asyncio.to_thread(workers.close)
    assert time.monotonic() - began < 60  # the function takes ten minutes
    with pytest.raises(ExpertError, match="closed"):
        await task
    assert not psutil.pid_exists(pid)


async def test_calls_that_wait_or_come_after_closing_fail_at_once(settings: Settings, call: Call) -> None:
    workers = Workers(settings.model_copy(update={"workers": 1}))
    calls = [asyncio.create_task(workers.run("time:sleep", call)) for _ in range(3)]
    await asyncio.sleep(0)
    await asyncio.to_thread(workers.close)
    assert all(isinstance(error, ExpertError) for error in await asyncio.gather(*calls, return_exceptions=True))
    with pytest.raises(ExpertError, match="closed"):
        await workers.run("misbehaving:pid", call)


PARENT = """
import asyncio, sys
from pathlib import Path
from hugginggpt.graph.call import Call
from hugginggpt.graph.settings import Settings
from hugginggpt.tools.backends.worker.pool import Workers
sys.path.insert(0, sys.argv[1])
call = Call.model_validate_json(Path(sys.argv[2]).read_text())
asyncio.run(Workers(Settings(home=Path("."), workers=1)).run("misbehaving:" + sys.argv[3], call))
"""


@pytest.mark.parametrize(
    "function", ["hang", pytest.param("hang_in_c", marks=pytest.mark.skipif(sys.platform != "linux", reason="prctl"))]
)
async def test_a_worker_dies_with_its_parent_even_by_sigkill(call: Call, tmp_path: Path, function: str) -> None:
    (tmp_path / "call.json").write_text(call.model_dump_json())
    arguments = [str(SUPPORT), str(tmp_path / "call.json"), function]
    parent = subprocess.Popen(  # noqa: ASYNC220
        [sys.executable, "-c", textwrap.dedent(PARENT), *arguments],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )
    worker = psutil.Process(await under_way(call))
    parent.kill()
    parent.wait()
    gone, _ = psutil.wait_procs([worker], timeout=60)
    assert gone == [worker]


def test_a_full_disk_is_named_with_what_to_do() -> None:
    failure = Failure.of(OSError(errno.ENOSPC, "No space left on device"), "embedded/espeak-ng")
    assert failure.message == "embedded/espeak-ng failed: the disk is full"
    assert "make room" in failure.hint
    assert not failure.retryable


async def test_a_process_is_started_before_its_first_call_which_takes_it(workers: Workers, call: Call) -> None:
    for _ in range(2):
        workers._start()  # as a thread of the pool does for `warm_up`
    (started,) = workers.pids
    assert await text_of(workers, "pid", call) == str(started)
    assert workers.pids == (started,)
