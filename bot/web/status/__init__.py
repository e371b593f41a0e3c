"""The built-in status page: for customers, in public."""
