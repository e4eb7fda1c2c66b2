"""`python -m app` is `tidehall`."""

from app.cli import main

main()
