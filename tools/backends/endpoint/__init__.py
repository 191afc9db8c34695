"""The user's own servers: Inference Endpoints, TGI, TEI, vLLM, and others with the task API or OpenAI's."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .backend import EndpointBackend

__all__ = ["EndpointBackend"]


def __getattr__(name: str) -> Any:
    """Import the backend on first use: reading the list of servers needs no client."""
    if name not in __all__:
        raise AttributeError(name)
    from .backend import EndpointBackend

    return EndpointBackend
