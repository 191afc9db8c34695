"""`python -m hugginggpt.apps` is the `hugginggpt` command."""

from .cli.start import main

main()
