"""Handlers of the rule-based controller, one module a subject: each function plans the intents of one act of rules.toml."""
