"""The sandbox page with the bot behind it, in a real browser. Every wait is for a sight."""

import re
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, expect

from sandbox.browser import Window
from tests.e2e.conftest import Opens

pytestmark = pytest.mark.external


def declared(person: Window, title: str) -> str:
    """Declare by one line, follow the link of the answer, and return the channel's name."""
    person.say(f"/incident declare high {title}")
    return follow(person, title)


def follow(person: Window, title: str) -> str:
    """Click the channel's name in the private answer."""
    link = person.messages(title, "Declared", private=True).get_by_role("link")
    expect(link).to_have_text(re.compile(rf"#inc-\d+-{title.replace(' ', '-')}"))
    room = link.inner_text().removeprefix("#")
    link.click()
    expect(person.messages("Incident Alert", title)).to_be_visible()
    return room


def card(person: Window) -> Locator:
    """Return the card of the incident channel that is open."""
    return person.page.locator(".main .message.pinned")


def test_a_stranger_takes_an_incident_from_declare_to_resolved(
    fresh_workspace: str, open_at: Callable[[str, str], Window]
):
    ann = open_at(fresh_workspace, "U0ANN")
    ann.at("composer").press_sequentially("/inc")
    ann.at("complete-/incident").click()
    ann.at("composer").press_sequentially("declare high checkout is slow")
    ann.at("composer").press("Enter")
    assert follow(ann, "checkout is slow") == "inc-00001-checkout-is-slow"
    expect(card(ann)).to_contain_text("SEV2 · checkout is slow")
    expect(card(ann)).to_contain_text("Investigating")

    update_after_a_preview(ann, "The pool is full since the deploy.")
    expect(ann.messages("Incident Update", "The pool is full")).to_have_count(1)
    expect(card(ann)).to_contain_text("Identified")

    ann.press("incident.resolve", card(ann))
    ann.fill(applied="Rolled back to 41.")
    ann.submit()
    expect(ann.messages("Incident Resolved", "Rolled back to 41.")).to_have_count(1)
    expect(card(ann)).to_contain_text("Resolved")
    ann.say("/incident postmortem")
    expect(ann.page.locator(".file-preview")).to_contain_text("# Post-mortem: INC-00001")

    ann.go("incidents")
    expect(ann.messages("replied to a thread", "Incident Resolved")).to_have_count(1)
    ann.say("/incident list")
    expect(ann.messages("No open incidents", private=True)).to_be_visible()


def update_after_a_preview(person: Window, known: str) -> None:
    """Write an update, look at it, go back, and post it."""
    person.press("incident.update", card(person))
    person.fill(investigation=known)
    person.tick("status", "identified")
    person.press("incident.preview")
    expect(person.at("modal")).to_contain_text("Nothing has been posted")
    expect(person.at("modal")).to_contain_text(known)
    person.at("modal-back").click()
    expect(person.field("investigation")).to_have_value(known)
    person.submit()


def test_two_people_see_each_other_act_without_touching_their_windows(window: Opens):
    ann, bob = window("U0ANN"), window("U0BOB")
    bob.go(declared(ann, "search is stale"))
    bob.at("join").click()
    bob.press("incident.role:commander", card(bob))
    expect(card(ann)).to_contain_text("Commander @Bob Ops")

    bob.say("/incident handover @ann my shift ends")
    ann.press("incident.handover:accept")
    expect(card(bob)).to_contain_text("Commander @Ann Ops")
    expect(bob.messages("@Ann Ops leads").last).to_be_visible()


def test_home_private_answers_and_threads(window: Opens):
    ann, bob = window("U0ANN"), window("U0BOB")
    room = declared(ann, "login is flaky")
    bob.go(room)
    ann.say("/incident status")
    expect(ann.messages("login is flaky", "/incident help", private=True)).to_be_visible()
    ann.say("the database is fine")
    expect(bob.messages("the database is fine")).to_be_visible()
    expect(bob.messages(private=True)).to_have_count(0)

    ann.at("app").click()
    expect(ann.at("home")).to_contain_text("Open incidents")
    expect(ann.at("home").get_by_role("link", name=f"#{room}").first).to_be_visible()

    ann.go("incidents")
    announced = ann.messages("SEV2", "login is flaky")
    announced.get_by_role("button", name="1 reply").click()
    expect(ann.at("thread")).to_contain_text("Incident Alert")
    ann.at("thread-composer").fill("we are looking")
    ann.at("thread-composer-send").click()
    expect(ann.at("thread").get_by_text("we are looking")).to_have_count(1)
    expect(announced.get_by_role("button", name="2 replies")).to_be_visible()


def test_a_lost_answer_of_slack_doubles_no_message(window: Opens):
    ann = window("U0ANN")
    declared(ann, "mail is late")
    switch_on(ann, "lost_answer", "chat.postMessage", times="2")
    ann.say("/incident update rolled back")
    expect(ann.messages("Incident Update", "rolled back")).to_be_visible()
    # What is said later in both places comes after whatever the lost answers led to.
    ann.say("/incident update all is well")
    expect(ann.messages("Incident Update", "all is well")).to_be_visible()
    expect(ann.messages("Incident Update", "rolled back")).to_have_count(1)
    ann.go("incidents")
    ann.messages("SEV2", "mail is late").get_by_role("button", name="3 replies").click()
    told = ann.at("thread").locator(".message")
    expect(told.filter(has_text="all is well")).to_have_count(1)
    expect(told.filter(has_text="rolled back")).to_have_count(1)
    ann.at("faults").click()
    expect(ann.at("fault-drawer")).to_contain_text("Nothing: Slack behaves.")


def test_what_slack_refuses_is_on_the_card_and_goes_on_by_retry(window: Opens):
    ann = window("U0ANN")
    switch_on(ann, "refused", "conversations.create", times="0", code="restricted_action")
    ann.say("/incident declare high payments fail")
    ann.go("incidents")
    announced = ann.messages("SEV2", "payments fail", "Commander")
    expect(announced).to_contain_text("restricted_action")
    ann.at("faults").click()
    ann.at("fault-clear").click()
    expect(ann.at("fault-drawer")).to_contain_text("Nothing: Slack behaves.")
    ann.at("faults").click()
    announced.get_by_role("button", name="Retry").click()
    expect(announced).not_to_contain_text("restricted_action")
    expect(announced.get_by_role("link", name=re.compile("#inc-"))).to_be_visible()
    ann.page.locator('[data-testid^="channel-inc-"][data-testid$="-payments-fail"]').click()
    expect(ann.messages("Incident Alert", "payments fail")).to_have_count(1)


def switch_on(person: Window, kind: str, method: str, **fields: str) -> None:
    """Make the workspace misbehave, in the fault panel, and close it again."""
    person.at("faults").click()
    person.at("fault-kind").select_option(kind)
    person.at("fault-method").fill(method)
    for name, value in fields.items():
        person.at("fault-drawer").locator(f'[name="{name}"]').fill(value)
    person.at("fault-add").click()
    expect(person.page.locator(".fault")).to_contain_text(kind)
    person.at("faults").click()


def test_the_page_has_no_serious_barrier(window: Opens):
    """By axe-core, in the places where people are."""
    ann = window("U0ANN")
    declared(ann, "images are missing")
    found = barriers(ann, "channel")
    ann.press("incident.update", card(ann))
    expect(ann.field("investigation")).to_be_visible()
    found += barriers(ann, "form")
    ann.at("modal-x").click()
    ann.at("faults").click()
    expect(ann.page.locator(".call").first).to_be_visible()
    found += barriers(ann, "faults")
    ann.at("faults").click()
    ann.at("app").click()
    expect(ann.at("home")).to_contain_text("Open incidents")
    found += barriers(ann, "home")
    assert not found


def barriers(person: Window, place: str) -> list[str]:
    """Return what axe-core calls serious or critical, each with its first node."""
    found = Axe().run(person.page).response["violations"]
    return [
        f"{place}: {one['id']}: {one['help']}: {one['nodes'][0]['html'][:200]}"
        for one in found
        if one["impact"] in {"serious", "critical"}
    ]
