"""Run the command line as ``python -m madoguchi``."""

from madoguchi.site.cli import main

main()
