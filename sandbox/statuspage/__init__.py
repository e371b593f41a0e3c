"""A status page to try Signalbox against: Atlassian's API, the generic one, a page, faults."""

from sandbox.statuspage.faults import Fault
from sandbox.statuspage.sandbox import StatuspageSandbox

__all__ = ["Fault", "StatuspageSandbox"]
