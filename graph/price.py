"""`model_price`: dollars for the tokens of a chat model; `call_price`: for a call to an expert that is paid so."""

from functools import cache

from .errors import UsageError
from .expert import Expert
from .settings import Settings
from .usage import Usage

Price = tuple[float, float]
"""Dollars for a million tokens in, and out."""


def _price_of(text: str, model: str, controller: str = "") -> Price | None:
    """The price of a model, `PROVIDER:MODEL`; None where it is not known. `controller`: the model whose price needs no name.

    `text`: as `llm_price` has it. Raises `UsageError` for one that can't be read.
    """
    prices = _prices(text)
    return prices.get(_name(model)) or (prices.get("") if _name(model) == _name(controller) else None)


def model_price(settings: Settings, model: str) -> Price | None:
    """The price of a model as the settings have it."""
    return _price_of(settings.llm_price, model, settings.llm or settings.vlm)


def call_price(settings: Settings, expert: Expert) -> float | None:
    """Dollars for a call to an expert that is paid by the call; None where that is not known.

    Raises `UsageError` for a setting that can't be read.
    """
    prices = _call_prices(settings.call_price)
    named = (prices[name] for name in (expert.model_id, expert.provider, expert.backend) if name in prices)
    return next(named, expert.price)


@cache
def _call_prices(text: str) -> dict[str, float]:
    found = dict[str, float]()
    for entry in filter(None, map(str.strip, text.split(","))):
        name, _, price = entry.rpartition("=")
        try:
            if not name or not 0 <= float(price) < float("inf"):
                raise ValueError
        except ValueError:
            raise UsageError(
                f"HUGGINGGPT_CALL_PRICE is {text!r}",
                hint="write dollars for a call by model, provider or place, e.g. black-forest-labs/FLUX.1-dev=0.03,hf=0.01",
            ) from None
        found[name.strip()] = float(price)
    return found


def cost_of(usage: Usage, price: Price | None) -> float | None:
    """Dollars; None where no price is set."""
    if price is None:
        return None
    return (usage.input_tokens * price[0] + usage.output_tokens * price[1]) / 1_000_000


def of_named_models(text: str) -> str:
    """The prices without that of the controller, for settings in which another model takes its place."""
    return ",".join(entry for entry in text.split(",") if "=" in entry)


def _prices(text: str) -> dict[str, Price]:
    """By the model's name; empty for that of the controller."""
    found = dict[str, Price]()
    for entry in filter(None, map(str.strip, text.split(","))):
        model, _, price = entry.rpartition("=")
        try:
            read, written = (float(part) for part in price.split("/"))
            if not (0 <= read < float("inf") and 0 <= written < float("inf")):
                raise ValueError
        except ValueError:
            raise UsageError(
                f"HUGGINGGPT_LLM_PRICE is {text!r}",
                hint="write dollars for a million tokens in and out, e.g. 0.25/2; "
                "of further models: 0.25/2,openai:gpt-5=1.25/10",
            ) from None
        found[_name(model)] = (read, written)
    return found


def _name(model: str) -> str:
    """Without the address of its server."""
    return model.partition("@")[0].strip()
