"""Stages of the graph, one file each: `<stage>_node(ports)` returns the function that LangGraph calls."""
