"""`signalbox check`: what is set up, what is not, and the cure. All it asks comes in as probes."""
