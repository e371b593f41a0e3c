"""The sandbox page with the bot behind it, in a real browser. Every wait is for a sight."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from sandbox.browser import PATIENCE_MS, Window
from tests.e2e.conftest import Opens

pytestmark = pytest.mark.external
expect.set_options(timeout=PATIENCE_MS)

ROOM = "inc-00001-checkout-is-slow"


def declared(ann: Window) -> None:
    """Declare by one line and follow the link of the answer."""
    ann.say("/incident declare high checkout is slow")
    ann.messages("is declared", private=True).get_by_role("link", name=f"#{ROOM}").click()
    expect(ann.messages("Incident Alert")).to_be_visible()


def test_a_stranger_takes_an_incident_from_declare_to_resolved(window: Opens):
    ann = window("U0ANN")
    ann.at("composer").press_sequentially("/inc")
    ann.at("complete-/incident").click()
    ann.at("composer").press_sequentially("declare high checkout is slow")
    ann.at("composer").press("Enter")
    ann.messages("is declared", private=True).get_by_role("link", name=f"#{ROOM}").click()
    card = ann.page.locator(".message.pinned")
    expect(card).to_contain_text("SEV2 · High · checkout is slow")
    expect(card).to_contain_text("Investigating")

    ann.press("incident.update", card)
    ann.fill(investigation="The pool is full since the deploy.")
    ann.tick("status", "identified")
    ann.press("incident.preview")
    expect(ann.at("modal")).to_contain_text("Nothing has been posted")
    expect(ann.at("modal")).to_contain_text("The pool is full since the deploy.")
    ann.at("modal-back").click()
    expect(ann.field("investigation")).to_have_value("The pool is full since the deploy.")
    ann.submit()
    expect(ann.messages("Incident Update", "The pool is full")).to_have_count(1)
    expect(card).to_contain_text("Identified")

    ann.press("incident.resolve", card)
    ann.fill(applied="Rolled back to 41.")
    ann.submit()
    expect(ann.messages("Incident Resolved", "Rolled back to 41.")).to_have_count(1)
    expect(card).to_contain_text("Resolved")

    ann.go("incidents")
    expect(ann.messages("replied to a thread", "Incident Resolved")).to_have_count(1)
    ann.say("/incident list")
    expect(ann.messages("No open incidents", private=True)).to_be_visible()


def test_two_people_see_each_other_act_without_touching_their_windows(window: Opens):
    ann, bob = window("U0ANN"), window("U0BOB")
    declared(ann)
    bob.go(ROOM)
    bob.at("join").click()
    bob.press("incident.role:commander", bob.page.locator(".message.pinned"))
    expect(ann.page.locator(".message.pinned")).to_contain_text("Commander @Bob Ops")

    bob.say("/incident handover @ann my shift ends")
    ann.press("incident.handover:accept")
    expect(bob.page.locator(".message.pinned")).to_contain_text("Commander @Ann Ops")
    expect(bob.messages("@Ann Ops leads INC-00001 now")).to_have_count(1)


def test_home_private_answers_and_threads(window: Opens):
    ann, bob = window("U0ANN"), window("U0BOB")
    declared(ann)
    bob.go(ROOM)
    ann.say("/incident status")
    expect(ann.messages("SEV2", private=True)).to_be_visible()
    ann.say("the database is fine")
    expect(bob.messages("the database is fine")).to_be_visible()
    expect(bob.messages(private=True)).to_have_count(0)

    ann.at("app").click()
    expect(ann.at("home")).to_contain_text("Open incidents (1)")
    expect(ann.at("home")).to_contain_text(f"#{ROOM}")

    ann.go("incidents")
    ann.page.get_by_role("button", name="1 reply").click()
    expect(ann.at("thread")).to_contain_text("Incident Alert")
    ann.at("thread-composer").fill("we are looking")
    ann.at("thread-composer-send").click()
    expect(ann.at("thread").get_by_text("we are looking")).to_have_count(1)
    expect(ann.page.get_by_role("button", name="2 replies")).to_be_visible()


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


def test_a_lost_answer_of_slack_doubles_no_message(window: Opens):
    ann = window("U0ANN")
    declared(ann)
    switch_on(ann, "lost_answer", "chat.postMessage", times="2")
    ann.say("/incident update rolled back")
    expect(ann.messages("Incident Update", "rolled back")).to_be_visible()
    # What was said later in both places comes after whatever the lost answers led to.
    ann.say("/incident update all is well")
    expect(ann.messages("Incident Update", "all is well")).to_be_visible()
    expect(ann.messages("Incident Update", "rolled back")).to_have_count(1)
    ann.go("incidents")
    ann.page.get_by_role("button", name="3 replies").click()
    told = ann.at("thread").locator(".message")
    expect(told.filter(has_text="all is well")).to_have_count(1)
    expect(told.filter(has_text="rolled back")).to_have_count(1)
    ann.at("faults").click()
    expect(ann.at("fault-drawer")).to_contain_text("Nothing: Slack behaves.")


def test_what_slack_refuses_is_on_the_card_and_goes_on_by_retry(window: Opens):
    ann = window("U0ANN")
    switch_on(ann, "refused", "conversations.create", times="0", code="restricted_action")
    ann.say("/incident declare high checkout is slow")
    ann.go("incidents")
    card = ann.messages("SEV2", "checkout is slow")
    expect(card).to_contain_text("Posts to the incident channel: failing")
    ann.at("faults").click()
    ann.at("fault-clear").click()
    ann.at("faults").click()
    card.get_by_role("button", name="Retry").click()
    expect(card).not_to_contain_text("failing")
    ann.go(ROOM)
    expect(ann.messages("Incident Alert")).to_have_count(1)


def test_the_page_has_no_serious_barrier(window: Opens):
    """By axe-core, in the places where people are."""
    ann = window("U0ANN")
    declared(ann)
    found = barriers(ann, "channel")
    ann.press("incident.update")
    expect(ann.field("investigation")).to_be_visible()
    found += barriers(ann, "form")
    ann.at("modal-x").click()
    ann.at("faults").click()
    expect(ann.page.locator(".call").first).to_be_visible()
    found += barriers(ann, "faults")
    ann.at("faults").click()
    ann.at("app").click()
    expect(ann.at("home")).to_contain_text(re.compile("Open incidents"))
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
