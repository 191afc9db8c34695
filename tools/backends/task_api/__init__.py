"""The task API of the Hub: a method of huggingface_hub's client for each task type, for whoever speaks it."""
