"""Who may do what around a viewing, role by role."""

import pytest

from bonded.rules.errors import NotPermitted, NotSignedIn
from bonded.rules.permissions import ANONYMOUS, Actor, Role
from inspections.rules.permissions import MAY, Act, may, require

READERS = "administrator auditor buyer customs_officer system vault_keeper"
ALLOWED = {
    "inspections.slot.read": READERS,
    "inspections.booking.read": READERS,
    "inspections.booking.book": "buyer",
    "inspections.booking.hold": "buyer",
    "inspections.booking.confirm": "buyer",
    "inspections.booking.move": "buyer",
    "inspections.booking.decide": "administrator vault_keeper",
    "inspections.booking.lapse": "system",
    "inspections.booking.drop_lot": "system",
    "inspections.session.extend": "administrator system vault_keeper",
    "inspections.booking.push": "administrator system vault_keeper",
    "inspections.booking.cancel": "administrator buyer system vault_keeper",
    "inspections.session.check_in": "vault_keeper",
    "inspections.session.open": "vault_keeper",
    "inspections.session.weigh_in": "vault_keeper",
    "inspections.session.close": "vault_keeper",
    "inspections.finding.record": "buyer vault_keeper",
    "inspections.finding_photo.store": "buyer vault_keeper",
    "inspections.finding_photo.read": "administrator auditor buyer vault_keeper",
    "inspections.ban.read": "administrator auditor vault_keeper",
    "inspections.ban.make": "administrator",
    "inspections.ban.lift": "administrator",
    "inspections.booking.price": "system",
    "inspections.booking_pass.issue": "buyer",
    "inspections.calendar_feed.company": "buyer",
    "inspections.calendar_feed.escort": "vault_keeper",
    "inspections.calendar_feed.room": "administrator vault_keeper",
    "inspections.calendar_feed.revoke": "administrator buyer vault_keeper",
    "inspections.offer.read": f"{READERS} supplier",
    "inspections.offer.make": "buyer",
    "inspections.offer.counter": "supplier",
    "inspections.offer.accept": "buyer supplier",
    "inspections.offer.refuse": "buyer supplier",
    "inspections.offer.withdraw": "buyer",
    "inspections.offer.lapse": "system",
    "inspections.waiting_entry.read": "administrator buyer system vault_keeper",
    "inspections.waiting_entry.join": "buyer",
    "inspections.waiting_entry.leave": "buyer",
    "inspections.place_link.issue": "buyer",
    "inspections.waiting_entry.raise_priority": "administrator vault_keeper",
    "inspections.place.offer": "system",
    "inspections.place.accept": "buyer",
    "inspections.place.decline": "buyer",
    "inspections.place.follow": "system",
}


@pytest.mark.parametrize("act", Act)
def test_may__grants_exactly_the_listed_roles(act: Act) -> None:
    assert {role for role in Role if may(Actor(1, role), act)} == set(ALLOWED[act.value].split())


def test_may__knows_every_act() -> None:
    assert set(MAY) == set(Act)


def test_require__names_the_roles_that_may() -> None:
    with pytest.raises(NotPermitted) as refusal:
        require(Actor(1, Role.SUPPLIER), Act.CANCEL_BOOKING)
    assert refusal.value.facts["roles"] == ["administrator", "buyer", "vault_keeper"]
    with pytest.raises(NotSignedIn):
        require(ANONYMOUS, Act.READ_SLOTS)
