"""`python -m runner`, the same as `runbook`."""

from runner.cli.app import main

if __name__ == "__main__":
    main()
