"""A node of your own LangGraph, with your checkpointer: its question is answered through the parent."""

from typing import TypedDict

from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import END, START, StateGraph
from langgraph.types import Command

from hugginggpt import build_graph


class Letter(TypedDict, total=False):
    """What the parent knows."""

    request: str
    options: dict[str, str]
    answer: str


parent = StateGraph(Letter)
parent.add_node("hugginggpt", build_graph())
parent.add_edge(START, "hugginggpt")
parent.add_edge("hugginggpt", END)
graph = parent.compile(checkpointer=InMemorySaver())

thread = {"configurable": {"thread_id": "letter-1"}}
state = graph.invoke({"request": "What language is 'bonjour'?", "options": {"approve": "always"}}, thread)
print(state["__interrupt__"][0].value["question"])
state = graph.invoke(Command(resume=True), thread)
print(state["answer"])
