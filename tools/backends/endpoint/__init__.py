"""The user's own servers: Inference Endpoints, TGI, TEI, vLLM, whatever speaks the task API or OpenAI's."""

from .backend import EndpointBackend

__all__ = ["EndpointBackend"]
