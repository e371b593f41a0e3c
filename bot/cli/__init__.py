"""What the command line does by itself; settings and wiring are given to it."""
