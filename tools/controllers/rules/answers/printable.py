"""`clean`: text of experts and files, fit for a terminal."""

import unicodedata


def clean(text: str) -> str:
    """Without control, format and surrogate characters but newlines and tabs."""
    text = text.replace("\u2028", "\n").replace("\u2029", "\n")  # line breaks to some readers only
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cf", "Cs"))
