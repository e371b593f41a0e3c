"""A stand-in for one Slack workspace; README.md says what it serves."""

from sandbox.slack.driver import Outcome, Person
from sandbox.slack.sandbox import SlackSandbox

__all__ = ["Outcome", "Person", "SlackSandbox"]
