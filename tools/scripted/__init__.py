"""Test doubles, for users' tests too: a controller, catalogue, backend, chat model and Hub that follow a script.

    backend = ScriptedBackend(latency={1: 0.2}, failures={2: "out of memory"}, log="calls.jsonl")
    graph = build_graph(
        controller=ScriptedController([{"task": "summarization", "id": 0, "dep": [-1], "args": {"text": "..."}}]),
        catalog=ScriptedCatalog(), backends=[backend],
    )

    with serve(ScriptedChatModel(plan, answer="Done [0].")) as server:  # a real server with OpenAI's API
        settings = Settings(home=home, llm=f"openai:scripted@{server.url}/v1")

    with serve(ScriptedAgentModel([[("hugginggpt", {"request": "..."})], "Done."])) as server:  # leads an agent with tools
        model = ChatOpenAI(model="scripted", base_url=f"{server.url}/v1", api_key="any")

    with serve(ScriptedHub()) as server, redirect_hub_to(server.url):  # Hub and router
        settings = Settings(home=home, hf_token="hf_any")

Inside the graph nothing is faked: planning, selection, scheduling, ledger and events are the real ones.
"""

from .agent import AgentTurn, ScriptedAgentModel
from .backend import ScriptedBackend
from .catalog import ScriptedCatalog, scripted_expert
from .chat import Chat, ScriptedChatModel, broken_off, chat, failing, garbage, rate_limited, stage_of
from .controller import ScriptedController
from .hub import ScriptedHub, model_card, redirect_hub_to
from .server import Received, Reply, Server, as_json, in_turn, serve

__all__ = [
    "AgentTurn",
    "Chat",
    "Received",
    "Reply",
    "ScriptedAgentModel",
    "ScriptedBackend",
    "ScriptedCatalog",
    "ScriptedChatModel",
    "ScriptedController",
    "ScriptedHub",
    "Server",
    "as_json",
    "broken_off",
    "chat",
    "failing",
    "garbage",
    "in_turn",
    "model_card",
    "rate_limited",
    "redirect_hub_to",
    "scripted_expert",
    "serve",
    "stage_of",
]
