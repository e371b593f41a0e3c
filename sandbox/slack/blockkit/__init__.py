"""What Slack accepts as Block Kit, and what it says when it does not."""
