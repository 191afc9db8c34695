"""Tiny models that continue series of numbers."""

from pathlib import Path
from typing import Any

from tiny.builders import save, tiny


def _small(**more: Any) -> dict[str, Any]:
    layers = {
        "hidden_size": 32,
        "intermediate_size": 32,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "head_dim": 16,
    }
    return {"patch_length": 8, "context_length": 64, "horizon_length": 16, **layers, **more}


@tiny
def timesfm(folder: Path) -> None:
    from transformers import TimesFmConfig, TimesFmModelForPrediction

    save(folder, TimesFmModelForPrediction(TimesFmConfig(**_small())))


@tiny
def timesfm_new(folder: Path) -> None:
    from transformers import TimesFm2_5Config, TimesFm2_5ModelForPrediction

    save(
        folder, TimesFm2_5ModelForPrediction(TimesFm2_5Config(**_small(num_key_value_heads=2, output_quantile_len=16)))
    )
