"""`python -m service.cli`, the same as `wirewatch`."""

from service.cli.main import main

main()
