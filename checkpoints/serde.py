"""Serializer of checkpoints: plain JSON values as msgpack; no other types are read back, and never pickle."""

from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer


def strict_serializer() -> JsonPlusSerializer:
    """LangGraph's serializer without pickle and without any module but LangGraph's own safe types."""
    return JsonPlusSerializer(pickle_fallback=False, allowed_msgpack_modules=None)
