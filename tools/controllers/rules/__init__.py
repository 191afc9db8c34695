"""The rule-based controller (`embedded`): plans a request by rules; needs no model, no network and no key."""

from .controller import RuleBasedController

__all__ = ["RuleBasedController"]
