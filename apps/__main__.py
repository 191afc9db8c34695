"""`python -m hugginggpt.apps` is the `hugginggpt` command."""

from .cli.app import main

main()
