"""What the bot can be asked to do, whoever asks: a command, a click, a webhook, a timer."""

from dataclasses import dataclass

from bot.domain.config import Config
from bot.usecases.approvals import Approvals
from bot.usecases.crew import Crew
from bot.usecases.delivery import Delivery
from bot.usecases.escalations import Escalations
from bot.usecases.execution import Execution
from bot.usecases.finding import Finding
from bot.usecases.incidents import Incidents
from bot.usecases.limits import Limits
from bot.usecases.listening import Listening
from bot.usecases.oncall import OnCall
from bot.usecases.pagerduty_in import PagerDutyIn
from bot.usecases.people import People
from bot.usecases.reading import Reading
from bot.usecases.reminders import Reminders
from bot.usecases.run_reading import RunReading
from bot.usecases.runs import Runs
from bot.usecases.statuspage import StatusPages
from bot.usecases.statuspage_public import PublicStatus
from bot.usecases.statuspage_watch import PageWatch
from bot.usecases.telling import Telling

__all__ = ["UseCases"]


@dataclass(frozen=True, slots=True)
class UseCases:
    """Everything a command may call."""

    config: Config
    people: People
    finding: Finding
    telling: Telling
    incidents: Incidents
    crew: Crew
    reading: Reading
    reminders: Reminders
    listening: Listening
    delivery: Delivery
    limits: Limits
    runs: Runs
    approvals: Approvals
    execution: Execution
    run_reading: RunReading
    status_pages: StatusPages
    page_watch: PageWatch
    public_status: PublicStatus | None  # None: the status page is somewhere else
    oncall: OnCall
    escalations: Escalations
    pagerduty_in: PagerDutyIn
