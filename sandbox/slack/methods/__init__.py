"""The Web API, by family."""
