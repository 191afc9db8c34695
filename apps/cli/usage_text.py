"""`format_usage`: what the calls of a run used and cost, in lines for `show`."""

from collections.abc import Sequence

from ...graph.usage import LlmCall, Usage


def format_usage(calls: Sequence[LlmCall]) -> list[str]:
    """A line for the usage of each stage, and one for all of them together."""
    lines = []
    stages = list(dict.fromkeys(call.stage for call in calls))
    for stage in (*stages, None) if len(stages) > 1 else stages:
        spent = sum((call.usage for call in calls if stage in (None, call.stage)), Usage())
        cost = "" if spent.cost is None else f", ${spent.cost:.6f}"
        if stage == "call":
            paid = sum(call.stage == stage for call in calls)
            lines.append(
                f"spent on {paid} call{'s' * (paid != 1)} to experts that are paid by the call: ${spent.cost or 0:.6f}"
            )
            continue
        number = f"{spent.llm_calls} call{'s' * (spent.llm_calls != 1)}"
        tokens = f"{spent.shown_tokens}, {spent.seconds:.1f} s{cost}"
        lines.append(f"spent{f' to {stage}' if stage else ' in all'}: {number}, {tokens}")
    return lines
