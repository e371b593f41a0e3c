"""Signalbox: a pure core, use cases over it, and the wiring around both."""
