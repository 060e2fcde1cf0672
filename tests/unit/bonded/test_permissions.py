"""Who may do what on the bonded floor: the whole table, written again by hand."""

import pytest

from bonded.rules.errors import NotPermitted, NotSignedIn
from bonded.rules.permissions import ANONYMOUS, MAY, Act, Actor, Role, may, require

SUPPLIERS = {Role.SUPPLIER, Role.ADMINISTRATOR}
PEOPLE = {
    *(Role.BUYER, Role.SUPPLIER, Role.VAULT_KEEPER, Role.CUSTOMS_OFFICER, Role.ADMINISTRATOR, Role.AUDITOR),
}
EXPECTED = {
    "bonded.notice.read": PEOPLE,
    "bonded.notice.mark_read": PEOPLE,
    "bonded.notice_preference.set": PEOPLE,
    "bonded.mail.send": {Role.SYSTEM},
    "bonded.saved_search.save": PEOPLE,
    "bonded.saved_search.forget": PEOPLE,
    "bonded.saved_search.set_alert": {Role.BUYER},
    "bonded.saved_search.tell_new_lots": {Role.SYSTEM},
    "bonded.deadline.tell": {Role.SYSTEM},
    "bonded.notice.escalate": {Role.SYSTEM},
    "bonded.notice.remove_old": {Role.SYSTEM},
    "bonded.company.register": {Role.ADMINISTRATOR},
    "bonded.company.set_standing": {Role.ADMINISTRATOR},
    "bonded.membership.add": {Role.ADMINISTRATOR},
    "bonded.membership.end": {Role.ADMINISTRATOR},
    "bonded.consignment.import": SUPPLIERS,
    "bonded.consignment.announce": SUPPLIERS,
    "bonded.consignment.declare": SUPPLIERS,
    "bonded.certificate.record": SUPPLIERS,
    "bonded.consignment.accept": {Role.SYSTEM},
    "bonded.consignment.refuse": {Role.SYSTEM},
    "bonded.consignment_file.confirm": {Role.SUPPLIER, Role.ADMINISTRATOR},
    "bonded.consignment_file.cancel": {Role.SUPPLIER, Role.ADMINISTRATOR},
    "bonded.consignment_file.lapse": {Role.SYSTEM},
    "bonded.consignment_file.forget": {Role.SYSTEM},
    "bonded.consignment.receive": {Role.VAULT_KEEPER},
    "bonded.arrival.weigh": {Role.VAULT_KEEPER},
    "bonded.lot.check_out": {Role.VAULT_KEEPER},
    "bonded.lot.return": {Role.VAULT_KEEPER},
    "bonded.seal.break": {Role.VAULT_KEEPER},
    "bonded.seal.affix": {Role.VAULT_KEEPER},
    "bonded.hold.place": {Role.VAULT_KEEPER, Role.CUSTOMS_OFFICER, Role.ADMINISTRATOR, Role.SYSTEM},
    "bonded.hold.lift": {Role.CUSTOMS_OFFICER, Role.SYSTEM},
    "bonded.withdrawal.request": {Role.BUYER},
    "bonded.withdrawal.cancel": {Role.BUYER},
    "bonded.declaration.lodge": {Role.BUYER, Role.ADMINISTRATOR},
    "bonded.withdrawal.release": {Role.CUSTOMS_OFFICER},
    "bonded.withdrawal.approve": {Role.CUSTOMS_OFFICER},
    "bonded.withdrawal.refuse": {Role.CUSTOMS_OFFICER},
    "bonded.release_token.issue": {Role.BUYER},
    "bonded.withdrawal.hand_over": {Role.VAULT_KEEPER},
    "bonded.clearance.grant": {Role.SYSTEM},
    "bonded.clearance.revoke": {Role.CUSTOMS_OFFICER, Role.SYSTEM},
    "bonded.customs_message.store": {Role.SYSTEM},
    "bonded.customs_message.apply": {Role.SYSTEM},
    "bonded.customs_message.send": {Role.SYSTEM},
    "bonded.customs_message.rearm": {Role.ADMINISTRATOR},
    "bonded.customs_message.reread": {Role.ADMINISTRATOR},
    "bonded.customs_message.deal_with": {Role.ADMINISTRATOR, Role.CUSTOMS_OFFICER},
    "bonded.customs_message.replay": {Role.SYSTEM},
    "bonded.customs_message.fetch": {Role.SYSTEM},
    "bonded.customs_code.add": {Role.ADMINISTRATOR},
    "bonded.office_line.pause": {Role.ADMINISTRATOR},
    "bonded.office_line.resume": {Role.ADMINISTRATOR},
    "bonded.office_line.watch": {Role.SYSTEM},
    "bonded.customs_task.close": {Role.ADMINISTRATOR, Role.CUSTOMS_OFFICER},
    "bonded.customs_task.answer": {Role.BUYER, Role.SUPPLIER, Role.ADMINISTRATOR},
    "bonded.declaration.amend": {Role.BUYER, Role.SUPPLIER, Role.ADMINISTRATOR},
    "bonded.declaration.cancel": {Role.BUYER, Role.SUPPLIER, Role.ADMINISTRATOR, Role.SYSTEM},
    "bonded.question.ask": {Role.CUSTOMS_OFFICER},
    "bonded.question.answer": {Role.BUYER},
    "bonded.vault.read": {Role.VAULT_KEEPER, Role.CUSTOMS_OFFICER, Role.ADMINISTRATOR, Role.AUDITOR},
    "bonded.message_board.read": {Role.ADMINISTRATOR, Role.CUSTOMS_OFFICER, Role.AUDITOR},
    "bonded.partition.create": {Role.SYSTEM},
    "bonded.customs_message.put_away": {Role.SYSTEM},
    "bonded.history.verify": {Role.ADMINISTRATOR, Role.AUDITOR, Role.SYSTEM},
    "bonded.client_event.read": {Role.BUYER, Role.SUPPLIER},
    "bonded.client_event.publish": {Role.SYSTEM},
    "bonded.client_event.replay": {Role.BUYER, Role.SUPPLIER},
    "bonded.webhook.read": {Role.BUYER, Role.SUPPLIER},
    "bonded.webhook.register": {Role.BUYER, Role.SUPPLIER},
    "bonded.webhook.remove": {Role.BUYER, Role.SUPPLIER},
    "bonded.webhook.enable": {Role.BUYER, Role.SUPPLIER},
    "bonded.webhook.disable": {Role.BUYER, Role.SUPPLIER, Role.SYSTEM},
    "bonded.webhook_secret.rotate": {Role.BUYER, Role.SUPPLIER},
    "bonded.webhook.test": {Role.BUYER, Role.SUPPLIER},
    "bonded.webhook.send": {Role.SYSTEM},
}


def test_table__names_every_act() -> None:
    assert set(EXPECTED) == set(MAY) == set(Act)


@pytest.mark.parametrize("act", Act)
@pytest.mark.parametrize("role", Role)
def test_require__lets_exactly_the_roles_of_the_table(role: Role, act: Act) -> None:
    actor = Actor(1, role)
    is_allowed = role in EXPECTED[act]

    assert may(actor, act) is is_allowed
    if is_allowed:
        require(actor, act)
        return
    expected = NotSignedIn if role is Role.ANONYMOUS else NotPermitted
    with pytest.raises(expected) as refused:
        require(actor, act)
    assert refused.value.facts["roles"] == sorted(EXPECTED[act] - {Role.SYSTEM})


def test_require__tells_nobody_to_sign_in() -> None:
    with pytest.raises(NotSignedIn):
        require(ANONYMOUS, Act.REQUEST_WITHDRAWAL)
