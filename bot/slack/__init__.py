"""The bot's ears and mouth in Slack. No rules: what is heard is recorded, what is owed is said."""
