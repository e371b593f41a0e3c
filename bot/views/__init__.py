"""Block Kit, as pure functions from values to JSON-ready dicts. No I/O, no clock, no random."""
