"""`python -m hugginggpt.apps` is the `hugginggpt` command."""

from .cli import main

main()
