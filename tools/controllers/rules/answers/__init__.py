"""`answer_paragraphs`: the rule-based controller's answer to a run, in the language of the request."""

from .answer import answer_paragraphs

__all__ = ["answer_paragraphs"]
