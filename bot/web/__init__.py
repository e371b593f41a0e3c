"""HTTP: Slack's requests, health, metrics."""
