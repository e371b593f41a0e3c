"""One module or package per slash command; each defines `command: SlashCommand`."""
