"""The engine: what runbooks can do, what one would do just now, and doing it."""
