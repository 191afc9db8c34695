"""A process whose `create_agent` loop is killed while the second of three tasks of its tool runs.

python agent_child.py FOLDER URL
"""

import sys
from pathlib import Path

from langchain.agents import create_agent
from langchain_openai import ChatOpenAI
from langgraph.checkpoint.sqlite import SqliteSaver

from hugginggpt import Settings, as_tool
from hugginggpt.graph.world import build_graph
from hugginggpt.tools.scripted import ScriptedCatalog, ScriptedController
from tool_child import CHAIN, Stalling


def main(folder: Path, url: str) -> None:
    """Run until killed."""
    graph = build_graph(
        Settings(home=folder / "inner"),
        controller=ScriptedController(CHAIN),
        catalog=ScriptedCatalog(),
        backends=[Stalling(log=folder / "calls.jsonl")],
    )
    model = ChatOpenAI(model="scripted", base_url=f"{url}/v1", api_key="any")  # type: ignore[arg-type]
    with SqliteSaver.from_conn_string(str(folder / "agent.db")) as saver:
        agent = create_agent(model, [as_tool(graph)], checkpointer=saver)
        request = {"messages": [{"role": "user", "content": "go"}]}
        agent.invoke(request, {"configurable": {"thread_id": "t"}}, durability="sync")  # type: ignore[arg-type,call-overload]


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
