"""smolagents on the plans of llm_cost.py: its code agent in one block, and its agent with parallel tool calls.

Keeps nothing: a killed process loses all. JARVIS can't be installed beside it; its figures in `RECORDED` were measured on
the same kind of tasks (experts by HTTP, 0.3 s a call, 0.2 s an expert).
"""

import json
import time
from collections.abc import Callable
from typing import Any

from hugginggpt.tools.scripted import Received, Reply, as_json, chat, serve

RECORDED = {
    "t1": (1.13, 3, 11_525),
    "c6": (6.14, 8, 28_822),
    "p16": (4.24, 18, 63_116),
    "f40": (1.91, 42, 145_152),
}
"""JARVIS (microsoft/JARVIS c62e0fa): wall seconds, calls, prompt characters, by plan."""
Figures = dict[str, float]
Plan = list[dict[str, Any]]


def available() -> bool:
    """Whether smolagents is installed: pip install smolagents."""
    try:
        import smolagents  # noqa: F401
    except ImportError:
        return False
    return True


def measure(plan: Plan, request: str, call: float, expert: float, *, code: bool) -> Figures:
    """One run of an agent. `code`: one block that calls the tools in turn; else a step for each level of the plan."""
    from smolagents import CodeAgent, LogLevel, OpenAIServerModel, ToolCallingAgent

    script = _code(plan) if code else _steps(plan)
    calls = 0

    def model(received: Received) -> Reply:
        nonlocal calls
        time.sleep(call)
        calls += 1
        return script(calls)

    tools = [_tool(name, expert) for name in sorted({task["task"] for task in plan})]
    with serve(model) as server:
        client = OpenAIServerModel("m", api_base=f"{server.url}/v1", api_key="none")
        agent: Any
        if code:
            agent = CodeAgent(tools=tools, model=client, verbosity_level=LogLevel.OFF)
        else:
            agent = ToolCallingAgent(tools=tools, model=client, max_tool_threads=40, verbosity_level=LogLevel.OFF)
        started = time.perf_counter()
        agent.run(request)
        wall = time.perf_counter() - started
        characters = sum(len(received.body) for received in server.requests)
    return {"wall": round(wall, 2), "calls": calls, "characters": characters}


def _tool(name: str, seconds: float) -> Any:
    from smolagents import Tool

    class Expert(Tool):
        description = f"Does {name.replace('_', ' ')} on a text."
        inputs = {"text": {"type": "string", "description": "The text."}}  # as smolagents requires
        output_type = "string"

        def forward(self, text: str) -> str:
            """Wait as long as an expert takes."""
            time.sleep(seconds)
            return f"made of {text[:40]}"

    Expert.name = _python(name)
    return Expert()


def _code(plan: Plan) -> Callable[[int], Reply]:
    lines = []
    for task in plan:
        value = next(iter(task["args"].values()))
        source = f"r{value.rsplit('-', 1)[1]}" if value.startswith("<resource>") else json.dumps(value)
        lines.append(f"r{task['id']} = {_python(task['task'])}(text={source})")
    block = "\n".join([*lines, f"final_answer(r{plan[-1]['id']})"])
    return lambda _: chat(f"I call the tools in turn.\n<code>\n{block}\n</code>")


def _steps(plan: Plan) -> Callable[[int], Reply]:
    depths: dict[int, int] = {}
    for task in plan:
        depths[task["id"]] = 1 + max((depths[dep] for dep in task["dep"] if dep >= 0), default=0)

    def reply(number: int) -> Reply:
        level = [task for task in plan if depths[task["id"]] == number]
        calls = [(_python(task["task"]), {"text": str(next(iter(task["args"].values())))}) for task in level]
        return _called(calls or [("final_answer", {"answer": "Done."})], number)

    return reply


def _called(calls: list[tuple[str, dict[str, str]]], number: int) -> Reply:
    made = [
        {"id": f"c{number}-{n}", "type": "function", "function": {"name": name, "arguments": json.dumps(args)}}
        for n, (name, args) in enumerate(calls)
    ]
    message = {"role": "assistant", "content": None, "tool_calls": made}
    choice = {"index": 0, "message": message, "finish_reason": "tool_calls"}
    usage = {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18}
    head = {"id": "c", "object": "chat.completion", "created": 1, "model": "m"}
    return as_json({**head, "choices": [choice], "usage": usage})


def _python(name: str) -> str:
    return name.replace("-", "_")
