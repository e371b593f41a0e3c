"""Stand-ins for the outside world: what Signalbox is tried against."""

from pathlib import Path

DEMO_CONFIG = Path(__file__).with_name("demo.yml")
