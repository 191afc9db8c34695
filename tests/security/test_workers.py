"""Worker processes, which read files and run experts

They hold no keys and can get none. On Linux the kernel enforces this; `hugginggpt doctor` reports what is in force on a
machine, since some systems allow no namespaces, and others have none of these means.
"""

import contextlib
import json
import os
import socket
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from fences import Fence
from hugginggpt.graph.call import Call
from hugginggpt.graph.errors import ExpertError
from hugginggpt.graph.settings import Settings
from hugginggpt.graph.task import Task
from hugginggpt.tools.backends.embedded.registry import registered
from hugginggpt.tools.backends.worker.memory_limits import MemoryLimits
from hugginggpt.tools.backends.worker.pool import Workers
from hugginggpt.tools.backends.worker.progress import Step
from materials import material
from paths import SUPPORT

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the kernel's means are Linux's")
KEY = "sk-canary-of-the-parent"
GIGABYTE = 1_000_000_000

Ask = Callable[..., str]


@pytest.fixture
def pools(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Callable[..., Workers]]:
    monkeypatch.syspath_prepend(str(SUPPORT))
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    made = list[Workers]()

    def make(limits: MemoryLimits | None = None) -> Workers:
        made.append(Workers(Settings(home=tmp_path / "home", workers=1), limits=limits))
        return made[-1]

    yield make
    for pool in made:
        pool.close()


@pytest.fixture
def ask(pools: Callable[..., Workers], tmp_path: Path) -> Ask:
    """`ask("read", "environ")`: what a probe returns."""
    first = pools()

    def run(probe: str, text: str = "-", pool: Workers | None = None, timeout: float = 60) -> str:
        expert = registered()["embedded/count"].expert
        call = Call(
            run_id="r", key="1", task=Task(id=1, type="count"), expert=expert, inputs={"items": (material(text),)},
            scratch=tmp_path, timeout=timeout,
        )  # fmt: skip
        (artifact,) = (pool or first).run_blocking(f"probes:{probe}", call)
        return artifact.text or ""

    return run


@pytest.mark.parametrize("what", ["environ", "mem", "maps"])
def test_a_worker_can_not_read_the_process_that_holds_the_keys(ask: Ask, what: str) -> None:
    """A worker can read neither the memory nor the environment of the process that holds your keys."""
    assert ask("read", what) == "refused: Permission denied"


def test_no_process_of_the_user_reads_the_one_that_holds_the_keys(tmp_path: Path) -> None:
    """On Linux no other process of the same user can read the memory or environment of the one that holds your keys."""
    script = """
        import ctypes, os, sys, subprocess
        from hugginggpt.graph.settings import Settings
        from hugginggpt.tools.backends.worker.process import WorkerProcess
        if os.getuid() == 0:
            os.setgroups([]); os.setgid(65534); os.setuid(65534)
            ctypes.CDLL(None).prctl(4, 1, 0, 0, 0)  # readable again, as after execve
        look = ["cat", f"/proc/{os.getpid()}/environ"]
        before = subprocess.run(look, capture_output=True).stdout
        try:
            WorkerProcess({}).kill()
        except OSError:  # the interpreter may be unreadable for that user
            pass
        after = subprocess.run(look, capture_output=True).stdout
        print(b"sk-canary" in before, b"sk-canary" in after)
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)],
        env=os.environ | {"OPENAI_API_KEY": KEY, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.stdout.split() == ["True", "False"], done.stderr


def test_a_worker_opens_no_connection(ask: Ask, tmp_path: Path) -> None:
    """A worker can connect to nothing: neither the internet, nor this machine, nor a local socket."""
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket(socket.AF_UNIX) as local:
        local.bind(str(tmp_path / "s"))
        local.listen()
        server.settimeout(0.1)
        assert ask("connect", str(server.getsockname()[1])) == "refused: Permission denied"
        assert ask("connect", str(tmp_path / "s")) == "refused: Permission denied"
        with pytest.raises(TimeoutError):
            server.accept()


def test_a_worker_has_its_own_network_namespace(ask: Ask) -> None:
    """Where the system allows it, a worker is in a network namespace without a way out."""
    if subprocess.run(["unshare", "-Urn", "true"], check=False, capture_output=True).returncode:
        pytest.skip("this system allows no namespaces")
    assert ask("network") != str(Path("/proc/self/ns/net").readlink())


def test_a_worker_has_no_capabilities(ask: Ask) -> None:
    """A worker has no capabilities, also under root, and gets none from any program it could start."""
    held = dict(line.split(":\t") for line in ask("status").splitlines() if ":\t" in line)
    assert int(held["CapEff"], 16) == int(held["CapPrm"], 16) == 0
    assert held["NoNewPrivs"] == "1"
    assert held["Seccomp"] == "2"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root reads files of others")
def test_root_s_worker_reads_a_home_of_another_user_and_no_memory(ask: Ask, tmp_path: Path) -> None:
    """Under root on a home of another user (a folder mounted into a container), it keeps the right to files, no other."""
    held = tmp_path / "home" / "resources" / "text"
    held.parent.mkdir(parents=True)
    held.write_text("hello")
    for path in (held, held.parent, tmp_path / "home"):
        os.chown(path, 1000, 1000)
        path.chmod(0o700)
    assert ask("open_file", str(held)) == "done: 'hello'"
    assert ask("read", "environ") == "refused: Permission denied"
    status = dict(line.split(":\t") for line in ask("status").splitlines() if ":\t" in line)
    assert int(status["CapEff"], 16) == int(status["CapPrm"], 16) == 1 << 1 | 1 << 2


def test_without_namespaces_it_still_opens_no_connection(tmp_path: Path) -> None:
    """Where the system allows no namespaces, as in most containers, workers still open no socket and have no rights."""
    script = """
        import os, socket, sys
        from pathlib import Path
        Path("/proc/sys/user/max_user_namespaces").write_text("0")
        from hugginggpt.tools.backends.worker.sandbox import confine
        before = os.readlink("/proc/self/ns/net")
        print(confine())
        assert os.readlink("/proc/self/ns/net") == before
        socket.socket()
    """
    inside = ["unshare", "-Ur", sys.executable, "-c", textwrap.dedent(script)]
    if subprocess.run(["unshare", "-Ur", "true"], check=False, capture_output=True).returncode:
        inside = inside[2:]
        inside[-1] = inside[-1].replace('Path("/proc/sys/user/max_user_namespaces").write_text("0")', "")
    path = os.pathsep.join(filter(None, sys.path))
    done = subprocess.run(
        inside, env=os.environ | {"PYTHONPATH": path}, capture_output=True, text=True, timeout=30, check=False
    )
    assert done.stdout.strip() == str(["no new privileges", "no capabilities", "no sockets"]), done.stderr
    assert "PermissionError" in done.stderr


def test_doctor_reports_what_is_in_force() -> None:
    """`hugginggpt doctor` reports which of these means are in force on this machine."""
    path = os.pathsep.join(filter(None, sys.path))
    done = subprocess.run(
        [sys.executable, "-m", "hugginggpt.tools.backends.worker.sandbox"],
        env=os.environ | {"PYTHONPATH": path}, capture_output=True, text=True, timeout=30, check=True,
    )  # fmt: skip
    check_confinement = json.loads(done.stdout)
    assert check_confinement["parent"] is True
    assert {"no new privileges", "no capabilities", "no sockets"} <= set(check_confinement["worker"])


def test_a_system_tool_gets_no_keys(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Any other program that is started, such as nvidia-smi, gets none of your keys either."""
    from hugginggpt.tools.backends.local.hardware import output_of

    monkeypatch.setenv("HF_TOKEN", KEY)
    assert KEY not in output_of(["env"])


def test_a_call_beyond_its_memory_is_refused_and_its_process_continues(ask: Ask, pools: Callable[..., Workers]) -> None:
    """A call that takes more than 3 GB of memory beyond what its process has is refused, and nothing else fails."""
    pool = pools(MemoryLimits(more=GIGABYTE))
    before = ask("pid", pool=pool)
    with pytest.raises(ExpertError, match=r"embedded/count takes more than 1,000 MB of memory"):
        ask("grow", str(2 * GIGABYTE), pool)
    assert ask("pid", pool=pool) == before


def test_a_model_beyond_the_machine_s_memory_is_ended(ask: Ask, pools: Callable[..., Workers]) -> None:
    """A local model that grows beyond nine tenths of the machine's memory is ended before the machine slows down."""
    pool = pools(MemoryLimits(resident=GIGABYTE))
    with pytest.raises(ExpertError, match=r"embedded/count takes more than 1,000 MB of memory"):
        ask("grow", str(3 * GIGABYTE), pool)
    assert ask("grow", str(GIGABYTE // 2), pool) == "taken"


def test_reading_beyond_its_memory_is_refused_with_the_name_of_the_file(ask: Ask) -> None:
    """Reading one file takes at most 467 MB beyond what the process has; beyond that the file is refused by name."""
    before = ask("pid")
    with pytest.raises(ExpertError, match=r"large\.pdf takes more than 467 MB of memory") as error:
        ask("read_and_grow", str(GIGABYTE))
    assert error.value.input_fault
    assert ask("pid") == before


def test_a_page_that_takes_too_long_is_given_up(ask: Ask) -> None:
    """Reading one picture or page takes at most 20 s; beyond that the file is refused by name."""
    began = time.monotonic()
    with pytest.raises(ExpertError, match=r"endless\.pdf took longer than 0\.5 s to be read") as error:
        ask("read_for_long")
    assert time.monotonic() - began < 25  # the function takes 30 s
    assert error.value.input_fault
    assert ask("pid")


def test_a_file_that_crashes_its_decoder_is_named(ask: Ask) -> None:
    """A file that crashes its decoder ends one worker and is refused by name; the next call has another worker."""
    with pytest.raises(ExpertError, match=r"broken\.pdf can't be read.*SIGSEGV") as error:
        ask("read_and_die")
    assert error.value.input_fault
    assert ask("pid")


def test_a_call_has_a_limit_of_processor_time_and_leaves_no_core_file(ask: Ask) -> None:
    """A worker has a limit of processor time, and leaves no core file when it crashes."""
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_CORE)
    with contextlib.suppress(OSError, ValueError):  # so that a worker would inherit it
        resource.setrlimit(resource.RLIMIT_CORE, (1_000_000, max(1_000_000, hard)))
    seconds, core = map(int, ask("limits", timeout=7).split())
    assert 0 < seconds <= 7 * (os.cpu_count() or 1) + 10
    resource.setrlimit(resource.RLIMIT_CORE, (soft, resource.getrlimit(resource.RLIMIT_CORE)[1]))
    assert core == 0


def test_a_lower_limit_of_the_system_is_respected(ask: Ask) -> None:
    """Where the system gives a process less processor time than a call may take (`ulimit -t`), it works with less."""
    import resource

    resource.prlimit(int(ask("pid")), resource.RLIMIT_CPU, (1000, 1000))
    assert ask("limits", timeout=3000).split()[0] == "1000"


def test_a_worker_with_an_unreadable_response_is_ended(ask: Ask) -> None:
    """A worker whose response can't be read is ended, its call fails with the reason, and the next call has another."""
    before = ask("pid")
    with pytest.raises(ExpertError, match=r"the process of embedded/count died"):
        ask("babble")
    assert ask("pid") != before
    assert not psutil.pid_exists(int(before))


async def test_a_worker_whose_progress_can_not_be_reported_is_ended(
    pools: Callable[..., Workers], tmp_path: Path
) -> None:
    """Where reporting the progress of a call fails, its worker is ended, and the error is raised."""
    expert = registered()["embedded/count"].expert
    call = Call(
        run_id="r", key="1", task=Task(id=1, type="count"), expert=expert, inputs={"items": (material("-"),)},
        scratch=tmp_path, timeout=10,
    )  # fmt: skip

    def fail(_step: Step) -> None:
        raise ZeroDivisionError

    pool = pools()
    (made,) = await pool.run("probes:pid", call)
    with pytest.raises(ZeroDivisionError):
        await pool.run("probes:progress", call, fail)
    assert pool.pids == ()
    assert not psutil.pid_exists(int(made.text or ""))


FENCES = (
    Fence(
        "a worker's own namespaces", "tools/backends/worker/sandbox.py",
        "libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET) != 0", "True",
        "test_workers.py::test_a_worker_has_its_own_network_namespace",
    ),
    Fence(
        "a worker's sockets", "tools/backends/worker/sandbox.py",
        "bool(libc.prctl(_SET_SECCOMP, _FILTER, head, 0, 0) == 0)", "True",
        "test_workers.py::test_a_worker_opens_no_connection",
    ),
    Fence(
        "a worker's capabilities", "tools/backends/worker/sandbox.py",
        "bool(libc.capset(header, bytes(24)) == 0)", "True",
        "test_workers.py::test_a_worker_has_no_capabilities",
    ),
    Fence(
        "the memory of the process with the keys", "tools/backends/worker/process.py",
        "        hide_memory()", "        _ = hide_memory",
        "test_workers.py::test_no_process_of_the_user_reads_the_one_that_holds_the_keys",
    ),
    Fence(
        "the environment of other programs", "tools/backends/local/hardware.py",
        "env=without_keys(os.environ)", "env=dict(os.environ)",
        "test_workers.py::test_a_system_tool_gets_no_keys",
    ),
    Fence(
        "the address space of a call", "tools/backends/worker/child.py",
        "with address_space(memory):", "with address_space(0):",
        "test_workers.py::test_a_call_beyond_its_memory_is_refused_and_its_process_continues",
    ),
    Fence(
        "the watch on resident memory", "tools/backends/worker/watched_call.py",
        "if limits.exceeded(resident, self._before):", "if False:",
        "test_workers.py::test_a_model_beyond_the_machine_s_memory_is_ended", slow=True,
    ),
    Fence(
        "the memory of one file", "tools/media/memory_budget.py",
        "with address_space(most if _Process.limited else 0):", "with address_space(0):",
        "test_workers.py::test_reading_beyond_its_memory_is_refused_with_the_name_of_the_file",
    ),
    Fence(
        "the time for one page", "tools/backends/worker/watched_call.py",
        'return "reading" if process.reads_too_long() else ""', 'return ""',
        "test_workers.py::test_a_page_that_takes_too_long_is_given_up", slow=True,
    ),
    Fence(
        "the processor time of a call", "tools/backends/worker/child.py",
        "    _limit_processor_time(job.call.timeout)", "    pass",
        "test_workers.py::test_a_call_has_a_limit_of_processor_time_and_leaves_no_core_file",
    ),
    Fence(
        "core files", "tools/backends/worker/sandbox.py",
        "    _no_core_file()\n    return done", "    return done",
        "test_workers.py::test_a_call_has_a_limit_of_processor_time_and_leaves_no_core_file",
    ),
)  # fmt: skip
