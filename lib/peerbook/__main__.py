"""`python -m peerbook`: the command, where it is not on the path."""

from peerbook.cli import main

main()
