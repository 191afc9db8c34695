"""Requests to the task API of the Hub through huggingface_hub's client; used by the backends hf and endpoint."""
