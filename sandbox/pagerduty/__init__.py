"""A stand-in for one PagerDuty account: REST, Events v2, signed webhooks, on-call, and a page."""

from sandbox.pagerduty.sandbox import PagerDutySandbox

__all__ = ["PagerDutySandbox"]
