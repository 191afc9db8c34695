"""Limits of time do not run out while the process is stopped."""

import asyncio
import subprocess
import sys

import pytest

from hugginggpt.graph.time_at_work import LONGEST, TimeAtWork, timeout_at_work

STOPPED = """
import asyncio, os, signal, subprocess
from hugginggpt.graph.time_at_work import timeout_at_work

async def main():
    subprocess.Popen(["sh", "-c", f"sleep 7; kill -CONT {os.getpid()}"])
    async with timeout_at_work(6):
        await asyncio.sleep(0)
        os.kill(os.getpid(), signal.SIGSTOP)
        await asyncio.sleep(0.1)
    print("done")

asyncio.run(main())
"""


def test_a_long_time_between_two_readings_counts_as_a_short_one() -> None:
    readings = iter([0.0, 1.5, 2.5, 3602.5, 3603.0])
    clock = TimeAtWork(lambda: next(readings))
    assert [clock.read() for _ in range(4)] == [1.5, 2.5, 2.5 + LONGEST, 3.0 + LONGEST]


async def test_what_takes_longer_than_its_time_at_work_is_ended() -> None:
    with pytest.raises(TimeoutError):
        async with timeout_at_work(0.01):
            await asyncio.Event().wait()


@pytest.mark.crash
def test_a_process_that_is_stopped_for_longer_than_a_limit_goes_on_after_it() -> None:
    done = subprocess.run([sys.executable, "-c", STOPPED], capture_output=True, text=True, timeout=120, check=False)
    assert done.stdout == "done\n", done.stderr
