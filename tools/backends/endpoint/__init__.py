"""The user's own servers: Inference Endpoints, TGI, TEI, vLLM, and others with the task API or OpenAI's."""
