"""Stand-ins for the outside world: what Signalbox is tried against."""
