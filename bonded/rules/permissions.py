"""Who acts, and which role may perform which act of the bonded floor."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from bonded.rules.errors import NotPermitted, NotSignedIn


class Role(StrEnum):
    """What a person or a machine is on the platform; each membership carries one."""

    BUYER = "buyer"
    SUPPLIER = "supplier"
    VAULT_KEEPER = "vault_keeper"
    CUSTOMS_OFFICER = "customs_officer"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"
    SYSTEM = "system"  # The platform itself: the clock, a customs message, the relay.
    ANONYMOUS = "anonymous"


# These see the goods and papers of every company; the others only what is theirs.
STAFF = frozenset({Role.VAULT_KEEPER, Role.CUSTOMS_OFFICER, Role.ADMINISTRATOR, Role.AUDITOR, Role.SYSTEM})


@dataclass(frozen=True, slots=True)
class Actor:
    """Who is acting: a user in one role, for the companies that the membership names."""

    user_id: int | None
    role: Role
    company_ids: frozenset[int] = field(default_factory=frozenset)

    @property
    def is_staff(self) -> bool:
        """Say whether this role sees every company's goods."""
        return self.role in STAFF

    @property
    def company_id(self) -> int:
        """Give the one company that this actor acts for; the smallest id when there are several."""
        assert self.company_ids, "an actor without a company has no company to act for"
        return min(self.company_ids)


ANONYMOUS = Actor(None, Role.ANONYMOUS)
SYSTEM = Actor(None, Role.SYSTEM)

ActTable = Mapping[str, frozenset[Role]]


def may_by(table: ActTable, actor: Actor, act: str) -> bool:
    """Say whether the table lets the actor's role perform the act."""
    return actor.role in table[act]


def require_by(table: ActTable, actor: Actor, act: str) -> None:
    """Refuse an act that the table does not grant.

    Raises NotSignedIn for nobody, NotPermitted (naming the roles that may) for the wrong role.
    """
    if may_by(table, actor, act):
        return
    roles = sorted(role.value for role in table[act] if role is not Role.SYSTEM)
    if actor.role is Role.ANONYMOUS:
        raise NotSignedIn("Sign in first.", act=str(act), roles=roles)
    raise NotPermitted(f"A {actor.role.value} may not do this.", act=str(act), role=actor.role.value, roles=roles)


class Act(StrEnum):
    """Every act on goods under bond, as `app.noun.verb`."""

    IMPORT_CONSIGNMENT = "bonded.consignment.import"
    CONFIRM_IMPORT = "bonded.consignment_file.confirm"
    CANCEL_IMPORT = "bonded.consignment_file.cancel"
    LAPSE_PROPOSALS = "bonded.consignment_file.lapse"
    FORGET_FILES = "bonded.consignment_file.forget"
    ANNOUNCE_CONSIGNMENT = "bonded.consignment.announce"
    RECORD_CERTIFICATE = "bonded.certificate.record"
    DECLARE_CONSIGNMENT = "bonded.consignment.declare"
    RECEIVE_CONSIGNMENT = "bonded.consignment.receive"
    WEIGH_ARRIVAL = "bonded.arrival.weigh"
    CHECK_OUT_LOT = "bonded.lot.check_out"
    RETURN_LOT = "bonded.lot.return"
    BREAK_SEAL = "bonded.seal.break"
    AFFIX_SEAL = "bonded.seal.affix"
    PLACE_HOLD = "bonded.hold.place"
    LIFT_HOLD = "bonded.hold.lift"
    REQUEST_WITHDRAWAL = "bonded.withdrawal.request"
    CANCEL_WITHDRAWAL = "bonded.withdrawal.cancel"
    LODGE_DECLARATION = "bonded.declaration.lodge"
    RELEASE_WITHDRAWAL = "bonded.withdrawal.release"
    APPROVE_WITHDRAWAL = "bonded.withdrawal.approve"
    REFUSE_WITHDRAWAL = "bonded.withdrawal.refuse"
    ISSUE_RELEASE_TOKEN = "bonded.release_token.issue"  # noqa: S105
    HAND_OVER_WITHDRAWAL = "bonded.withdrawal.hand_over"
    ACCEPT_CONSIGNMENT = "bonded.consignment.accept"
    REFUSE_CONSIGNMENT = "bonded.consignment.refuse"
    GRANT_CLEARANCE = "bonded.clearance.grant"
    REVOKE_CLEARANCE = "bonded.clearance.revoke"
    STORE_CUSTOMS_MESSAGE = "bonded.customs_message.store"
    APPLY_CUSTOMS_MESSAGES = "bonded.customs_message.apply"
    SEND_CUSTOMS_MESSAGE = "bonded.customs_message.send"
    REARM_CUSTOMS_MESSAGE = "bonded.customs_message.rearm"
    REREAD_CUSTOMS_MESSAGE = "bonded.customs_message.reread"
    DEAL_WITH_CUSTOMS_MESSAGE = "bonded.customs_message.deal_with"
    REPLAY_CUSTOMS_MESSAGES = "bonded.customs_message.replay"
    FETCH_CUSTOMS_MESSAGES = "bonded.customs_message.fetch"
    ADD_CUSTOMS_CODE = "bonded.customs_code.add"
    PAUSE_OFFICE_LINE = "bonded.office_line.pause"
    RESUME_OFFICE_LINE = "bonded.office_line.resume"
    WATCH_OFFICES = "bonded.office_line.watch"
    CLOSE_CUSTOMS_TASK = "bonded.customs_task.close"
    ANSWER_CUSTOMS_QUERY = "bonded.customs_task.answer"
    AMEND_DECLARATION = "bonded.declaration.amend"
    CANCEL_DECLARATION = "bonded.declaration.cancel"
    ASK_QUESTION = "bonded.question.ask"
    ANSWER_QUESTION = "bonded.question.answer"
    READ_MESSAGE_BOARD = "bonded.message_board.read"
    READ_VAULT = "bonded.vault.read"
    VERIFY_HISTORY = "bonded.history.verify"
    READ_CLIENT_EVENTS = "bonded.client_event.read"
    PUBLISH_CLIENT_EVENTS = "bonded.client_event.publish"
    READ_WEBHOOKS = "bonded.webhook.read"
    REGISTER_WEBHOOK = "bonded.webhook.register"
    REMOVE_WEBHOOK = "bonded.webhook.remove"
    ENABLE_WEBHOOK = "bonded.webhook.enable"
    DISABLE_WEBHOOK = "bonded.webhook.disable"
    ROTATE_WEBHOOK_SECRET = "bonded.webhook_secret.rotate"  # noqa: S105
    TEST_WEBHOOK = "bonded.webhook.test"
    REPLAY_CLIENT_EVENTS = "bonded.client_event.replay"
    SEND_WEBHOOKS = "bonded.webhook.send"
    CREATE_PARTITIONS = "bonded.partition.create"
    PUT_AWAY_CUSTOMS_MESSAGES = "bonded.customs_message.put_away"
    READ_NOTICES = "bonded.notice.read"
    MARK_NOTICE_READ = "bonded.notice.mark_read"
    SET_NOTICE_PREFERENCE = "bonded.notice_preference.set"
    SEND_MAILS = "bonded.mail.send"
    SAVE_SEARCH = "bonded.saved_search.save"
    FORGET_SEARCH = "bonded.saved_search.forget"
    SET_SEARCH_ALERT = "bonded.saved_search.set_alert"
    TELL_NEW_LOTS = "bonded.saved_search.tell_new_lots"
    TELL_DEADLINES = "bonded.deadline.tell"
    ESCALATE_NOTICES = "bonded.notice.escalate"
    REMOVE_OLD_NOTICES = "bonded.notice.remove_old"
    REGISTER_COMPANY = "bonded.company.register"
    SET_STANDING = "bonded.company.set_standing"
    ADD_MEMBER = "bonded.membership.add"
    END_MEMBERSHIP = "bonded.membership.end"


_KEEPER = frozenset({Role.VAULT_KEEPER})
_OFFICER = frozenset({Role.CUSTOMS_OFFICER})
_BUYER = frozenset({Role.BUYER})
_SUPPLIER = frozenset({Role.SUPPLIER, Role.ADMINISTRATOR})
_SYSTEM = frozenset({Role.SYSTEM})
# A company's machines are the company's own business; staff have the boards.
_TRADERS = frozenset({Role.BUYER, Role.SUPPLIER})
# What somebody is told is their own, whatever they do here.
_PEOPLE = frozenset(Role) - {Role.SYSTEM, Role.ANONYMOUS}

MAY: ActTable = {
    Act.IMPORT_CONSIGNMENT: _SUPPLIER,
    Act.CONFIRM_IMPORT: _SUPPLIER,
    Act.CANCEL_IMPORT: _SUPPLIER,
    Act.LAPSE_PROPOSALS: _SYSTEM,
    Act.FORGET_FILES: _SYSTEM,
    Act.ANNOUNCE_CONSIGNMENT: _SUPPLIER,
    Act.RECORD_CERTIFICATE: _SUPPLIER,
    Act.DECLARE_CONSIGNMENT: _SUPPLIER,
    Act.ACCEPT_CONSIGNMENT: _SYSTEM,
    Act.REFUSE_CONSIGNMENT: _SYSTEM,
    Act.RECEIVE_CONSIGNMENT: _KEEPER,
    Act.WEIGH_ARRIVAL: _KEEPER,
    Act.CHECK_OUT_LOT: _KEEPER,
    Act.RETURN_LOT: _KEEPER,
    Act.BREAK_SEAL: _KEEPER,
    Act.AFFIX_SEAL: _KEEPER,
    Act.PLACE_HOLD: frozenset({Role.VAULT_KEEPER, Role.CUSTOMS_OFFICER, Role.ADMINISTRATOR, Role.SYSTEM}),
    # The platform lifts what a customs office's order placed, by its answer.
    Act.LIFT_HOLD: frozenset({Role.CUSTOMS_OFFICER, Role.SYSTEM}),
    Act.REQUEST_WITHDRAWAL: _BUYER,
    Act.CANCEL_WITHDRAWAL: _BUYER,
    Act.LODGE_DECLARATION: frozenset({Role.BUYER, Role.ADMINISTRATOR}),
    Act.RELEASE_WITHDRAWAL: _OFFICER,
    Act.APPROVE_WITHDRAWAL: _OFFICER,
    Act.REFUSE_WITHDRAWAL: _OFFICER,
    Act.ISSUE_RELEASE_TOKEN: _BUYER,
    Act.HAND_OVER_WITHDRAWAL: _KEEPER,
    # Clearances follow from other acts; nobody grants one as such.
    Act.GRANT_CLEARANCE: _SYSTEM,
    Act.REVOKE_CLEARANCE: frozenset({Role.CUSTOMS_OFFICER, Role.SYSTEM}),
    Act.STORE_CUSTOMS_MESSAGE: _SYSTEM,
    Act.APPLY_CUSTOMS_MESSAGES: _SYSTEM,
    Act.SEND_CUSTOMS_MESSAGE: _SYSTEM,
    Act.REARM_CUSTOMS_MESSAGE: frozenset({Role.ADMINISTRATOR}),
    Act.REREAD_CUSTOMS_MESSAGE: frozenset({Role.ADMINISTRATOR}),
    Act.DEAL_WITH_CUSTOMS_MESSAGE: frozenset({Role.ADMINISTRATOR, Role.CUSTOMS_OFFICER}),
    Act.REPLAY_CUSTOMS_MESSAGES: frozenset({Role.SYSTEM}),
    Act.FETCH_CUSTOMS_MESSAGES: _SYSTEM,
    Act.ADD_CUSTOMS_CODE: frozenset({Role.ADMINISTRATOR}),
    Act.PAUSE_OFFICE_LINE: frozenset({Role.ADMINISTRATOR}),
    Act.RESUME_OFFICE_LINE: frozenset({Role.ADMINISTRATOR}),
    Act.WATCH_OFFICES: _SYSTEM,
    Act.CLOSE_CUSTOMS_TASK: frozenset({Role.ADMINISTRATOR, Role.CUSTOMS_OFFICER}),
    Act.ANSWER_CUSTOMS_QUERY: frozenset({Role.BUYER, Role.SUPPLIER, Role.ADMINISTRATOR}),
    Act.AMEND_DECLARATION: frozenset({Role.BUYER, Role.SUPPLIER, Role.ADMINISTRATOR}),
    Act.CANCEL_DECLARATION: frozenset({Role.BUYER, Role.SUPPLIER, Role.ADMINISTRATOR, Role.SYSTEM}),
    Act.READ_MESSAGE_BOARD: frozenset({Role.ADMINISTRATOR, Role.CUSTOMS_OFFICER, Role.AUDITOR}),
    Act.ASK_QUESTION: _OFFICER,
    Act.ANSWER_QUESTION: _BUYER,
    Act.READ_VAULT: STAFF - _SYSTEM,
    Act.VERIFY_HISTORY: frozenset({Role.ADMINISTRATOR, Role.AUDITOR, Role.SYSTEM}),
    Act.READ_CLIENT_EVENTS: _TRADERS,
    Act.PUBLISH_CLIENT_EVENTS: _SYSTEM,
    Act.READ_WEBHOOKS: _TRADERS,
    Act.REGISTER_WEBHOOK: _TRADERS,
    Act.REMOVE_WEBHOOK: _TRADERS,
    Act.ENABLE_WEBHOOK: _TRADERS,
    Act.DISABLE_WEBHOOK: _TRADERS | _SYSTEM,
    Act.ROTATE_WEBHOOK_SECRET: _TRADERS,
    Act.TEST_WEBHOOK: _TRADERS,
    Act.REPLAY_CLIENT_EVENTS: _TRADERS,
    Act.SEND_WEBHOOKS: _SYSTEM,
    Act.CREATE_PARTITIONS: _SYSTEM,
    Act.PUT_AWAY_CUSTOMS_MESSAGES: _SYSTEM,
    Act.READ_NOTICES: _PEOPLE,
    Act.MARK_NOTICE_READ: _PEOPLE,
    Act.SET_NOTICE_PREFERENCE: _PEOPLE,
    Act.SEND_MAILS: _SYSTEM,
    Act.SAVE_SEARCH: _PEOPLE,
    Act.FORGET_SEARCH: _PEOPLE,
    Act.SET_SEARCH_ALERT: _BUYER,
    Act.TELL_NEW_LOTS: _SYSTEM,
    Act.TELL_DEADLINES: _SYSTEM,
    Act.ESCALATE_NOTICES: _SYSTEM,
    Act.REMOVE_OLD_NOTICES: _SYSTEM,
    Act.REGISTER_COMPANY: frozenset({Role.ADMINISTRATOR}),
    Act.SET_STANDING: frozenset({Role.ADMINISTRATOR}),
    Act.ADD_MEMBER: frozenset({Role.ADMINISTRATOR}),
    Act.END_MEMBERSHIP: frozenset({Role.ADMINISTRATOR}),
}


def may(actor: Actor, act: Act) -> bool:
    """Say whether the actor's role may perform the act on the bonded floor."""
    return may_by(MAY, actor, act)


def require(actor: Actor, act: Act) -> None:
    """Refuse an act on the bonded floor that the role does not have; raises as `require_by` does."""
    require_by(MAY, actor, act)
