"""`strict_serializer`: how states are written, and which types are read from a checkpoint."""

from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer


def strict_serializer() -> JsonPlusSerializer:
    """Plain JSON values as msgpack: without pickle, and without any type but LangGraph's own safe ones."""
    return JsonPlusSerializer(pickle_fallback=False, allowed_msgpack_modules=None)
