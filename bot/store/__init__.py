"""The bot's own memory: Redis, every change by one atomic script."""
