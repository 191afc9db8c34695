"""Slots: never more holders than the capacity, every waiting call gets its turn, and released slots are free again."""

import asyncio
import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Lock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hugginggpt.tools.slots import SlotBoard


class Meter:
    """Holds slots and counts the most holders at once."""

    def __init__(self, capacity: dict[str, int]) -> None:
        self.slots = SlotBoard(capacity)
        self.now: Counter[str] = Counter()
        self.most: Counter[str] = Counter()
        self._lock = Lock()

    async def use(self, names: list[str], steps: int = 1) -> None:
        async with self.slots.hold(names):
            with self._lock:
                self.now.update(set(names))
                self.most |= self.now
            for _ in range(steps):
                await asyncio.sleep(0)
            with self._lock:
                self.now.subtract(set(names))


NAMES = st.lists(st.sampled_from(["cpu", "gpu:0", "hf", "model"]), max_size=3)


@given(st.lists(st.tuples(NAMES, st.integers(0, 4)), max_size=25))
def test_no_slot_has_more_holders_than_its_capacity_and_all_calls_get_in(asked: list[tuple[list[str], int]]) -> None:
    meter = Meter({"cpu": 2, "hf": 4})

    async def all_of_them() -> None:
        await asyncio.gather(*(meter.use(names, steps) for names, steps in asked))

    asyncio.run(asyncio.wait_for(all_of_them(), 60))
    room = {"cpu": 2, "hf": 4, "gpu:0": 1, "model": 1}
    assert all(meter.most[name] <= room[name] for name in room)
    assert meter.slots.full(list(room)) == ()
    assert not meter.slots._waiting


async def test_a_call_that_needs_many_slots_is_not_overtaken_by_calls_that_need_few() -> None:
    slots, order = SlotBoard({"cpu": 2}), []

    async def use(name: str, needs: list[str]) -> None:
        async with slots.hold(needs):
            order.append(name)
            await asyncio.sleep(0)

    async with slots.hold(["gpu:0"]):
        waiting = [asyncio.create_task(use("both", ["cpu", "gpu:0"]))]
        await asyncio.sleep(0)
        waiting += [asyncio.create_task(use(f"gpu {n}", ["gpu:0"])) for n in range(3)]
        await asyncio.sleep(0)
    await asyncio.gather(*waiting)
    assert order[0] == "both"


async def test_a_waiting_call_does_not_delay_calls_that_need_none_of_its_slots() -> None:
    slots = SlotBoard({})
    async with slots.hold(["gpu:0"]):
        waiting = asyncio.create_task(Meter({}).use([]))
        blocked = asyncio.create_task(slots.hold(["gpu:0"]).__aenter__())
        await asyncio.sleep(0)
        async with slots.hold(["cpu"]):
            assert not blocked.done()
        await waiting
        blocked.cancel()
        await asyncio.gather(blocked, return_exceptions=True)


async def test_needing_nothing_never_waits_and_a_name_twice_is_once() -> None:
    slots = SlotBoard({})
    async with slots.hold([]), slots.hold(["model", "model"]), slots.hold([]):
        assert slots.full(["model"]) == ("model",)
    assert slots.full(["model"]) == ()


@pytest.mark.parametrize("seed", range(20))
async def test_a_call_cancelled_at_any_moment_keeps_no_slot(seed: int) -> None:
    rng, slots = random.Random(seed), SlotBoard({"cpu": 2})

    async def use() -> None:
        async with slots.hold(rng.choice([["cpu"], ["gpu:0"], ["cpu", "gpu:0"]])):
            for _ in range(rng.randint(0, 3)):
                await asyncio.sleep(0)

    tasks = [asyncio.create_task(use()) for _ in range(30)]
    while not all(task.done() for task in tasks):
        rng.choice(tasks).cancel()
        await asyncio.sleep(0)
    assert not slots._waiting
    async with slots.hold(["cpu", "gpu:0"]), slots.hold(["cpu"]):  # all the room there is
        assert slots.full(["cpu", "gpu:0"]) == ("cpu", "gpu:0")


async def test_an_error_in_the_body_releases_the_slots() -> None:
    slots = SlotBoard({})
    with pytest.raises(ValueError, match="oops"):
        async with slots.hold(["cpu"]):
            raise ValueError("oops")
    async with slots.hold(["cpu"]):
        pass


def test_loops_of_many_threads_share_the_slots() -> None:
    meter = Meter({"cpu": 2})

    async def some() -> None:
        await asyncio.gather(*(meter.use(["cpu"], 3) for _ in range(20)))

    with ThreadPoolExecutor(4) as threads:
        for done in [threads.submit(lambda: asyncio.run(some())) for _ in range(4)]:
            done.result(timeout=60)
    assert meter.most["cpu"] <= 2
    assert meter.slots.full(["cpu"]) == ()


def test_a_call_whose_event_loop_ended_takes_no_turn() -> None:
    slots = SlotBoard({})

    async def hold_and_leave_one_waiting() -> None:
        async with slots.hold(["cpu"]):
            waiting = asyncio.ensure_future(slots._take(frozenset({"cpu"})))
            await asyncio.sleep(0)
            waiting.cancel()
            await asyncio.gather(waiting, return_exceptions=True)

    async def take() -> None:
        async with slots.hold(["cpu"]):
            pass

    asyncio.run(hold_and_leave_one_waiting())
    asyncio.run(take())


async def test_a_slot_without_capacity_of_its_own_has_that_of_its_family() -> None:
    slots = SlotBoard({"hf": 2})
    async with slots.hold(["hf:fal-ai"]), slots.hold(["hf:together"]):
        assert slots.full(["hf:fal-ai", "hf:together"]) == ()
        async with slots.hold(["hf:fal-ai"]):
            assert slots.full(["hf:fal-ai", "hf:together"]) == ("hf:fal-ai",)


async def test_full_slots_are_reported_by_name() -> None:
    slots = SlotBoard({"cpu": 1, "hf": 2})
    assert slots.full(["cpu", "hf:fal-ai"]) == ()
    async with slots.hold(["cpu"]), slots.hold(["hf:fal-ai"]):
        assert slots.full(["cpu", "hf:fal-ai"]) == ("cpu",)
    assert slots.full(["cpu"]) == ()
