"""`Options`: the user's choices for a run."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema, field_validator

from .approval import SCHEMA, checked_approval
from .deadline import checked_deadline, set_deadline
from .resource import Frozen


def _not_set(value: object) -> bool:
    return value is None


class Options(Frozen):
    """The user's choices for a run; kept with it, so that a resume follows them too."""

    # `description`: LangGraph's schemas show it. `use_attribute_docstrings` would read the source at each start.

    approve: Annotated[str, BeforeValidator(checked_approval), WithJsonSchema(SCHEMA)] = Field(
        default="never",
        examples=["always", "cost>0.10", "cost>0.10,calls>20"],
        description="Whether the run pauses for approval once its plan is ready: always, never, or where the estimate is "
        "over an amount of calls (to chat models), tokens, cost (dollars) or seconds; what is unknown counts as over it.",
    )
    where: tuple[str, ...] = Field(
        default=(),
        examples=[["embedded"], ["local", "hf"]],
        description="Places where experts may run, the preferred one first, or a preset; those of the settings when empty.",
    )
    models: dict[str, str] = Field(
        default={},
        examples=[{"summarization": "facebook/bart-large-cnn"}],
        description="The user's own choice of expert: model id by task type or task id.",
    )
    select: Literal["controller", "rank"] = Field(
        default="controller",
        description="Who chooses among several experts; `rank` takes the first and calls no model.",
    )
    max_llm_calls: int | None = Field(
        default=None,
        ge=0,
        examples=[20],
        description="Calls to chat models that a run may make; at the limit it stops and can be resumed.",
    )
    max_tokens: int | None = Field(
        default=None,
        ge=0,
        examples=[50_000],
        description="Tokens, in and out, after which no further call to a chat model is made.",
    )
    max_cost: float | None = Field(
        default=None,
        allow_inf_nan=False,
        ge=0,
        exclude_if=_not_set,
        examples=[0.5],
        description="Dollars after which no further call to a chat model is made; what has no known price is refused.",
    )
    max_seconds: float | None = Field(
        default=None,
        allow_inf_nan=False,
        gt=0,
        exclude_if=_not_set,
        examples=[600],
        description="Seconds that may be worked on a run, pauses not counted; then it stops and can be resumed.",
    )
    deadline: Annotated[str | None, BeforeValidator(checked_deadline)] = Field(
        default=None,
        exclude_if=_not_set,
        examples=["10m", "2026-11-30T18:00"],
        description="When a run stops, and can be resumed: a time, or how long after it begins.",
    )
    timeout: float | None = Field(
        default=None,
        allow_inf_nan=False,
        gt=0,
        exclude_if=_not_set,
        examples=[600],
        description="Seconds that one call to an expert may take; those of the settings when empty.",
    )
    thread_max_llm_calls: int | None = Field(
        default=None,
        ge=0,
        exclude_if=_not_set,
        description="As max_llm_calls, for all runs of the conversation, and those that they descend from.",
    )
    thread_max_tokens: int | None = Field(
        default=None, ge=0, exclude_if=_not_set, description="As max_tokens, for all runs of the conversation."
    )
    thread_max_cost: float | None = Field(
        default=None,
        allow_inf_nan=False,
        ge=0,
        exclude_if=_not_set,
        description="As max_cost, for all runs of the conversation.",
    )
    thread_max_seconds: float | None = Field(
        default=None,
        allow_inf_nan=False,
        gt=0,
        exclude_if=_not_set,
        description="As max_seconds, for all runs of the conversation.",
    )
    llm: str = Field(
        default="",
        examples=["openai:gpt-5-mini", "ollama:llama3.2", "rules"],
        exclude_if=lambda llm: not llm,
        description="Chat model that controls the run, as `PROVIDER:MODEL`; `rules` for the controller without a model; "
        "empty for that of the settings.",
    )
    redo: tuple[int, ...] = Field(
        default=(),
        examples=[[4]],
        exclude_if=lambda redo: not redo,
        description="Ids of tasks that a fork does again, though their results are known.",
    )

    @field_validator("where", mode="before")
    @classmethod
    def _one_text(cls, value: object) -> object:
        """A text with commas, as settings take it; presets are resolved where a run begins."""
        return tuple(name.strip() for name in value.split(",") if name.strip()) if isinstance(value, str) else value

    def begun(self, now: float) -> "Options":
        """With a moment as its deadline, where it is a length of time from `now`."""
        return self.model_copy(update={"deadline": set_deadline(self.deadline, now)}) if self.deadline else self


LIMITS = frozenset(name for name in Options.model_fields if "max_" in name) | {"deadline"}
"""Options that a run stops at; they can be raised while it is under way. None is none."""
CHANGEABLE = LIMITS | {"timeout"}
"""Options that can be changed in a run that was planned: by a resume, a retry, a fork, or an edit of its state."""
THREAD_LIMITS = frozenset(name for name in LIMITS if name.startswith("thread_"))
"""Those of a conversation: a run that does not name them has those of the newest run of its conversation."""
