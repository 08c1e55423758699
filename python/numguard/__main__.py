"""`python -m numguard` is the command `numguard`."""

from numguard.cli import main

main()
