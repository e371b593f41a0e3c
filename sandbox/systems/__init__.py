"""The systems under care in miniature: what runbooks look at in the demo and in tests."""
