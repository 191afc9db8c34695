"""HuggingGPT, made durable."""
