"""What a notebook imports: `from runner import kit`. May import `runner.model` only."""
