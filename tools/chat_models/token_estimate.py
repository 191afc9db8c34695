"""`estimated_tokens`: about how many tokens a text is, for models without a tokenizer here.

English and JSON: 3.5 characters a token (a planning prompt of 7,081 characters is 1,960 to 1,996 tokens for two models
tried). Letters outside Latin-1, such as Chinese: one token each.
"""

CHARACTERS_PER_TOKEN = 3.5
_LATIN_1 = 255


def estimated_tokens(text: str) -> int:
    """At least 1 for a text that is not empty."""
    wide = 0 if text.isascii() else sum(ord(letter) > _LATIN_1 for letter in text)
    return -int(-((len(text) - wide) / CHARACTERS_PER_TOKEN + wide) // 1)
