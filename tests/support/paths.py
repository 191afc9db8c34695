"""Where the checkout and its files lie."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
"""Real media that we made ourselves."""
SUPPORT = Path(__file__).parent
"""This folder: what tests share, and what they run as processes of their own."""
