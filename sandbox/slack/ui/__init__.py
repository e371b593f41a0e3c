"""The people's side: JSON for the page and the tests, hints as server-sent events."""
