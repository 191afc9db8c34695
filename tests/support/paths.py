"""The folders of the checkout."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
"""Real media, made for this project."""
SUPPORT = Path(__file__).parent
"""This folder: modules that tests share, and programs that they start."""
