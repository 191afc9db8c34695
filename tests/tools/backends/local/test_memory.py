"""Loaded models stay within their budget, the least recently used are unloaded first, and running out is survived."""

import pytest

from hugginggpt.graph.errors import ExpertError
from hugginggpt.tools.backends.local.memory import LoadedModels, with_memory_retry

PLENTY = 1_000_000


def loaded(models: LoadedModels) -> list[str]:
    return list(models._models)


def test_what_was_loaded_once_is_not_loaded_again() -> None:
    models, loads = LoadedModels(budget=100, free=lambda: PLENTY), list[str]()
    for _ in range(3):
        models.get("a", "model", 10, lambda: loads.append("a"), "a")
    assert loads == ["a"]


def test_the_least_recently_used_model_is_unloaded_first() -> None:
    models = LoadedModels(budget=100, free=lambda: PLENTY)
    for name in ("a", "b", "a", "c"):
        models.get(name, "model", 40, object, name)
    assert loaded(models) == ["a", "c"]
    assert models.used == 80


def test_models_are_unloaded_when_the_device_has_less_free_memory_than_the_budget() -> None:
    free = [PLENTY, 5, PLENTY]
    models = LoadedModels(budget=1000, free=lambda: free.pop(0))
    models.get("a", "model", 40, object, "a")
    models.get("b", "model", 40, object, "b")
    assert loaded(models) == ["b"]


def test_a_model_larger_than_what_is_free_is_refused_with_both_numbers() -> None:
    models = LoadedModels(budget=10, free=lambda: 3_000_000_000)
    with pytest.raises(ExpertError, match=r"big needs about 4\.0 GB of memory; 3\.0 GB are free"):
        models.get("big", "model", 4_000_000_000, object, "big")


def test_a_budget_that_the_user_set_is_respected() -> None:
    models = LoadedModels(budget=1_000_000_000, strict=True, free=lambda: 100_000_000_000)
    with pytest.raises(ExpertError, match=r"models may take 1\.0 GB"):
        models.get("big", "model", 4_000_000_000, object, "big")


def test_a_model_that_fits_alone_is_loaded_alone() -> None:
    models = LoadedModels(budget=100, free=lambda: PLENTY)
    models.get("a", "model", 60, object, "a")
    models.get("big", "model", 500, object, "big")
    assert loaded(models) == ["big"]


def test_out_of_memory_evicts_all_and_tries_once_more() -> None:
    import torch

    models, tries = LoadedModels(budget=100, free=lambda: PLENTY), list[int]()
    models.get("a", "model", 60, object, "a")

    def work() -> str:
        tries.append(len(loaded(models)))
        if len(tries) == 1:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return "done"

    assert with_memory_retry(work, models, "m") == "done"
    assert tries == [1, 0]


def test_out_of_memory_twice_is_an_experts_error_that_another_expert_may_not_have() -> None:
    def work() -> str:
        raise RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 99999 bytes")

    with pytest.raises(ExpertError, match="ran out of memory") as error:
        with_memory_retry(work, LoadedModels(budget=100, free=lambda: PLENTY), "m")
    assert not error.value.retryable
    assert not error.value.input_fault


def test_an_error_other_than_out_of_memory_is_raised_unchanged() -> None:
    def work() -> str:
        raise RuntimeError("shapes do not match")

    with pytest.raises(RuntimeError, match="shapes"):
        with_memory_retry(work, LoadedModels(budget=100, free=lambda: PLENTY), "m")


def test_all_parts_of_a_model_count_as_one_and_are_unloaded_together() -> None:
    models = LoadedModels(budget=100, free=lambda: PLENTY)
    models.get("a", "model", 60, object, "a")
    models.get("a", "pipeline", 0, object, "a")
    models.get("b", "model", 30, object, "b")
    models.get("a", "pipeline", 0, object, "a")  # using the pipeline is using the model
    models.get("c", "model", 40, object, "c")
    assert loaded(models) == ["a", "c"]
    assert models.used == 100
