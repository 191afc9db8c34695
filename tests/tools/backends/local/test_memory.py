"""Loaded models stay within their budget, the least recently used go first, and running out of memory is survived."""

import pytest

from hugginggpt.graph.errors import ExpertError
from hugginggpt.tools.backends.local.memory import Memory, within_memory

PLENTY = 1_000_000


def held(memory: Memory) -> list[object]:
    return list(memory.folders)


def test_what_was_loaded_once_is_not_loaded_again() -> None:
    memory, loads = Memory(budget=100, free=lambda: PLENTY), list[str]()
    for _ in range(3):
        memory.get("a", "model", 10, lambda: loads.append("a"), "a")
    assert loads == ["a"]


def test_the_least_recently_used_model_goes_first() -> None:
    memory = Memory(budget=100, free=lambda: PLENTY)
    for name in ("a", "b", "a", "c"):
        memory.get(name, "model", 40, object, name)
    assert held(memory) == ["a", "c"]
    assert memory.used == 80


def test_models_go_too_when_the_device_has_less_free_than_the_budget_says() -> None:
    free = [PLENTY, 5, PLENTY]
    memory = Memory(budget=1000, free=lambda: free.pop(0))
    memory.get("a", "model", 40, object, "a")
    memory.get("b", "model", 40, object, "b")
    assert held(memory) == ["b"]


def test_a_model_larger_than_what_is_free_is_refused_with_both_numbers() -> None:
    memory = Memory(budget=10, free=lambda: 3_000_000_000)
    with pytest.raises(ExpertError, match=r"big needs about 4\.0 GB of memory; 3\.0 GB are free"):
        memory.get("big", "model", 4_000_000_000, object, "big")


def test_a_budget_that_the_user_set_is_kept_to() -> None:
    memory = Memory(budget=1_000_000_000, strict=True, free=lambda: 100_000_000_000)
    with pytest.raises(ExpertError, match=r"models may take 1\.0 GB"):
        memory.get("big", "model", 4_000_000_000, object, "big")


def test_a_model_that_fits_alone_is_loaded_alone() -> None:
    memory = Memory(budget=100, free=lambda: PLENTY)
    memory.get("a", "model", 60, object, "a")
    memory.get("big", "model", 500, object, "big")
    assert held(memory) == ["big"]


def test_out_of_memory_evicts_all_and_tries_once_more() -> None:
    import torch

    memory, tries = Memory(budget=100, free=lambda: PLENTY), list[int]()
    memory.get("a", "model", 60, object, "a")

    def work() -> str:
        tries.append(len(held(memory)))
        if len(tries) == 1:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return "done"

    assert within_memory(work, memory, "m") == "done"
    assert tries == [1, 0]


def test_out_of_memory_twice_is_an_experts_error_that_another_expert_may_not_have() -> None:
    def work() -> str:
        raise RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 99999 bytes")

    with pytest.raises(ExpertError, match="ran out of memory") as error:
        within_memory(work, Memory(budget=100, free=lambda: PLENTY), "m")
    assert not error.value.retryable
    assert not error.value.input_fault


def test_another_error_is_left_as_it_is() -> None:
    def work() -> str:
        raise RuntimeError("shapes do not match")

    with pytest.raises(RuntimeError, match="shapes"):
        within_memory(work, Memory(budget=100, free=lambda: PLENTY), "m")


def test_all_parts_of_a_model_count_as_one_and_go_together() -> None:
    memory = Memory(budget=100, free=lambda: PLENTY)
    memory.get("a", "model", 60, object, "a")
    memory.get("a", "pipeline", 0, object, "a")
    memory.get("b", "model", 30, object, "b")
    memory.get("a", "pipeline", 0, object, "a")  # using the pipeline is using the model
    memory.get("c", "model", 40, object, "c")
    assert held(memory) == ["a", "c"]
    assert memory.used == 100
