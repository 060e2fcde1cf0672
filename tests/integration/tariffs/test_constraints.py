"""The last guard is the database: what must never be is tried by SQL, around every act."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from bonded.models.base import HISTORY_SQLSTATE
from tariffs.models import ExchangeRate, JournalEntry, LedgerAccount, Measure, Posting, ScheduleDraft
from tariffs.models.ledger import OUT_OF_BALANCE_SQLSTATE
from tests.cast import Cast
from tests.situations.tariffs import a_charged_debt, a_guarantee, a_schedule


def run(sql: str) -> None:
    """Run SQL and everything that waits for the commit."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def refused(sql: str) -> DatabaseError:
    """Run SQL and give the database's refusal."""
    with pytest.raises(DatabaseError) as refusal:
        run(sql)
    return refusal.value


def sqlstate(error: DatabaseError) -> str:
    return str(getattr(error.__cause__, "sqlstate", ""))


def constraint_name(error: DatabaseError) -> str:
    return str(getattr(getattr(error.__cause__, "diag", None), "constraint_name", ""))


@pytest.fixture
def _settled(cast: Cast, at) -> None:
    """A schedule, a guarantee and one debt in the books."""
    a_schedule(at)
    a_guarantee(cast, at)
    a_charged_debt(cast, at)
    connection.check_constraints()


COPY_OF_A_MEASURE = """
    INSERT INTO tariffs_measure
           (jurisdiction, kind, hs_code, origin, regime, needs_document, quota, rate, validity, known, source,
            mark, is_verified)
    SELECT jurisdiction, kind, hs_code, origin, regime, {needs_document}, {quota}, '5%',
           daterange('2026-01-01', '2026-01-02'), known, source, mark, true
      FROM tariffs_measure WHERE kind = 'vat'
"""
DRAFT = """
    INSERT INTO tariffs_scheduledraft
           (id, title, state, measures, exchange_rates, feed, sequence, file_sha256, known_at, from_on, drafted_by_id,
            drafted_at, approved_digest)
    SELECT gen_random_uuid(), 'draft', {state}, '[]', '[]', {feed}, {sequence}, {sha256}, {known_at}, NULL, id, now(),
           ''
      FROM bonded_user ORDER BY id LIMIT 1
"""


def a_draft(**columns: str) -> str:
    defaults = {"state": "'drafted'", "feed": "''", "sequence": "NULL", "sha256": "''", "known_at": "NULL"}
    return DRAFT.format(**defaults | columns)


A_NUMBERED_DRAFT = {"feed": "'gacc'", "sequence": "1", "sha256": "'ab'"}
A_STATEMENT = """
    INSERT INTO tariffs_accountstatement
           (id, company_id, currency, month, known_at, last_entry_id, state, attempt, entries_done, cancelled_at, csv)
    SELECT gen_random_uuid(), company_id, 'CNY', '2026-11-01', '2026-11-23', 0, {state}, 0, 0, {cancelled_at}, {csv}
      FROM tariffs_guaranteeaccount
"""


def a_statement(state: str, cancelled_at: str, csv: str = "NULL") -> str:
    return A_STATEMENT.format(state=state, cancelled_at=cancelled_at, csv=csv)


COPY_OF_A_RATE = """
    INSERT INTO tariffs_exchangerate
           (local_currency, currency, rate, quoted, validity, known, source, mark, is_verified)
    SELECT local_currency, currency, 8, quoted, daterange('2026-01-01', NULL), known, source, mark, true
      FROM tariffs_exchangerate
"""
COPY_OF_A_USE = """
    INSERT INTO tariffs_guaranteeuse (reservation_id, key, amount_minor, used_at)
    SELECT reservation_id, key, amount_minor, used_at FROM tariffs_guaranteeuse
"""
COPY_OF_AN_INSTRUMENT = """
    INSERT INTO tariffs_guaranteeinstrument
           (account_id, kind, number, guarantor, amount_minor, validity, order_of_use, state)
    SELECT account_id, kind, number, guarantor, amount_minor, validity, order_of_use, state
      FROM tariffs_guaranteeinstrument
"""
COPY_OF_AN_ACCOUNT = """
    INSERT INTO tariffs_ledgeraccount (code, company_id, currency, shard, balance_minor)
    SELECT code, company_id, currency, shard, 0 FROM tariffs_ledgeraccount WHERE code = '2100'
"""
COPY_OF_AN_ENTRY = """
    INSERT INTO tariffs_journalentry (stream, event, reference, effective_on, posted_at)
    SELECT 'again', event, reference, effective_on, posted_at FROM tariffs_journalentry
"""


@pytest.mark.usefixtures("_settled")
@pytest.mark.parametrize(
    ("sql", "constraint"),
    [
        (COPY_OF_A_MEASURE.format(needs_document="''", quota="''"), "no_two_rates_in_force_at_once"),
        (
            COPY_OF_A_MEASURE.format(needs_document="'kimberley_certificate'", quota="'09.0150'"),
            "a_rate_within_a_quota_needs_its_certificate",
        ),
        (
            f"{a_draft(**A_NUMBERED_DRAFT)}; {a_draft(**A_NUMBERED_DRAFT)}",
            "one_draft_for_each_number_of_a_feed",
        ),
        (a_draft(feed="'gacc'", sha256="'ab'"), "a_draft_of_a_feed_has_its_number_and_file"),
        (a_draft(**A_NUMBERED_DRAFT | {"sequence": "0"}), "a_draft_of_a_feed_has_its_number_and_file"),
        (a_draft(**A_NUMBERED_DRAFT | {"sha256": "''"}), "a_draft_of_a_feed_has_its_number_and_file"),
        (a_draft(sequence="1"), "a_draft_of_a_feed_has_its_number_and_file"),
        (a_draft(known_at="now()"), "a_rollback_says_to_what_and_from_when"),
        (COPY_OF_A_RATE, "no_two_exchange_rates_in_force_at_once"),
        ("UPDATE tariffs_guaranteeaccount SET reserved_minor = 19422223", "no_guarantee_is_overdrawn"),
        (
            "UPDATE tariffs_guaranteeaccount SET limit_minor = 1, used_minor = used_minor + 1",
            "no_guarantee_is_overdrawn",
        ),
        ("UPDATE tariffs_guaranteeaccount SET limit_minor = -1", "no_limit_is_negative"),
        ("UPDATE tariffs_guaranteereservation SET settled_minor = used_minor + 1", "no_more_is_settled_than_was_used"),
        ("UPDATE tariffs_guaranteereservation SET state = 'settled'", "a_settled_reservation_owes_nothing"),
        ("UPDATE tariffs_guaranteeuse SET amount_minor = 0", "a_part_is_of_an_amount"),
        (COPY_OF_A_USE, "a_part_is_used_once"),
        (COPY_OF_AN_INSTRUMENT, "an_instrument_counts_once"),
        ("UPDATE tariffs_guaranteeinstrument SET amount_minor = -1", "an_instrument_is_of_an_amount"),
        ("UPDATE tariffs_guaranteeinstrument SET order_of_use = 0", "instruments_are_used_in_an_order"),
        ("UPDATE tariffs_guaranteeinstrument SET validity = 'empty'", "an_instrument_begins_on_a_day"),
        ("UPDATE tariffs_guaranteeinstrument SET state = 'withdrawn'", "a_withdrawn_instrument_says_when"),
        ("UPDATE tariffs_guaranteeaccount SET used_minor = -1", "no_claim_is_negative"),
        ("UPDATE tariffs_guaranteereservation SET used_minor = amount_minor + 1", "no_more_is_used_than_was_reserved"),
        ("UPDATE tariffs_guaranteereservation SET state = 'freed'", "only_a_used_reservation_has_used_headroom"),
        ("UPDATE tariffs_guaranteereservation SET state = 'lost', used_minor = 0", "a_reservation_is_in_a_known_state"),
        ("UPDATE tariffs_dutydebt SET state = 'paid'", "a_debt_is_paid_when_all_of_it_is"),
        ("UPDATE tariffs_dutydebt SET paid_minor = total_minor", "a_debt_is_paid_when_all_of_it_is"),
        ("UPDATE tariffs_dutydebt SET vat_minor = vat_minor - 1", "a_debt_adds_up"),
        ("UPDATE tariffs_dutydebt SET due_on = charged_on - 1", "a_debt_is_due_after_it_is_charged"),
        ("UPDATE tariffs_dutydebt SET surcharge_minor = 1", "a_surcharge_is_charged_once_the_taxes_are_paid"),
        ("UPDATE tariffs_dutydebt SET state = 'paid', paid_minor = total_minor + 1", "a_debt_is_not_overpaid"),
        ("UPDATE tariffs_dutydebt SET set_apart_minor = -1", "what_is_set_apart_is_not_negative"),
        (COPY_OF_AN_ACCOUNT, "one_account_of_each_kind"),
        ("UPDATE tariffs_ledgeraccount SET shard = 1 WHERE code = '1100'", "only_an_account_for_all_has_shards"),
        ("UPDATE tariffs_ledgeraccount SET shard = 16 WHERE code = '2100'", "only_an_account_for_all_has_shards"),
        (COPY_OF_AN_ENTRY, "an_event_is_posted_once"),
        (a_statement("'cancelled'", "NULL"), "a_cancelled_statement_says_when"),
        (a_statement("'queued'", "now()"), "a_cancelled_statement_says_when"),
        (a_statement("'cancelled'", "now()", "'a'"), "a_ready_statement_has_its_documents"),
        (a_statement("'queued'", "NULL") + ";" + a_statement("'queued'", "NULL"), "a_month_is_stated_once_a_moment"),
    ],
)
def test_constraints__keep_their_sentences(sql: str, constraint: str) -> None:
    error = refused(sql)
    assert isinstance(error, IntegrityError)
    assert constraint_name(error) == constraint


HISTORY = ("assessment", "assessmentline", "journalentry", "posting")


@pytest.mark.usefixtures("_settled")
@pytest.mark.parametrize("table", HISTORY)
@pytest.mark.parametrize(
    "attack", ["UPDATE tariffs_{} SET stream = 'x'", "DELETE FROM tariffs_{}", "TRUNCATE tariffs_{} CASCADE"]
)
def test_history__is_never_changed(table: str, attack: str) -> None:
    assert sqlstate(refused(attack.format(table))) == HISTORY_SQLSTATE


@pytest.mark.usefixtures("_settled")
@pytest.mark.parametrize("table", ["measure", "exchangerate"])
@pytest.mark.parametrize(
    "attack",
    [
        "DELETE FROM tariffs_{}",
        "UPDATE tariffs_{} SET source = 'mine'",
        "UPDATE tariffs_{} SET validity = daterange('2020-01-01', NULL)",
        "UPDATE tariffs_{} SET known = tstzrange('2020-01-01', NULL)",
        "UPDATE tariffs_{} SET known = tstzrange(lower(known), lower(known) + interval '1 day'), mark = 'S'",
    ],
)
def test_versions__are_never_edited(table: str, attack: str) -> None:
    assert sqlstate(refused(attack.format(table))) == HISTORY_SQLSTATE


@pytest.mark.usefixtures("_settled")
@pytest.mark.parametrize("model", [Measure, ExchangeRate])
def test_versions__are_superseded_once(model: type[Measure | ExchangeRate]) -> None:
    table = model._meta.db_table
    supersede = f"UPDATE {table} SET known = tstzrange(lower(known), lower(known) + interval '1 day')"
    with connection.cursor() as cursor:
        cursor.execute(supersede)
    assert sqlstate(refused(supersede.replace("1 day", "2 days"))) == HISTORY_SQLSTATE


POSTING = """
    INSERT INTO tariffs_posting (stream, entry_id, account_id, currency, amount_minor)
    SELECT 'account:' || a.id, e.id, a.id, '{currency}', {minor}
      FROM tariffs_ledgeraccount a, tariffs_journalentry e WHERE a.code = '2100'
"""
ENTRY = """
    INSERT INTO tariffs_journalentry (stream, event, reference, effective_on, posted_at)
    VALUES ('s', 'duty_charged', 'nobody', '2026-11-23', now())
"""


@pytest.mark.usefixtures("_settled")
@pytest.mark.parametrize(
    "sql",
    [POSTING.format(currency="CNY", minor=1), POSTING.format(currency="USD", minor=1), ENTRY],
    ids=["a leg too many", "a leg in another currency", "an entry without legs"],
)
def test_books__refuse_an_entry_out_of_balance(sql: str) -> None:
    before = list(LedgerAccount.objects.order_by("pk").values_list("pk", "balance_minor"))
    assert sqlstate(refused(sql)) == OUT_OF_BALANCE_SQLSTATE
    assert list(LedgerAccount.objects.order_by("pk").values_list("pk", "balance_minor")) == before
    assert (JournalEntry.objects.count(), Posting.objects.count()) == (1, 4)


@pytest.mark.django_db(transaction=True)
def test_books__refuse_an_entry_without_legs_at_commit(cast: Cast, at) -> None:
    a_schedule(at)
    a_guarantee(cast, at)
    a_charged_debt(cast, at)
    with pytest.raises(DatabaseError) as refusal:
        commit(ENTRY)
    assert sqlstate(refusal.value) == OUT_OF_BALANCE_SQLSTATE
    assert JournalEntry.objects.count() == 1


@pytest.mark.usefixtures("_settled")
def test_books__refuse_legs_out_of_balance_before_the_commit() -> None:
    with pytest.raises(DatabaseError) as refusal, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(POSTING.format(currency="CNY", minor=1))
    assert sqlstate(refusal.value) == OUT_OF_BALANCE_SQLSTATE
    assert JournalEntry.objects.count() == 1


def commit(sql: str) -> None:
    """Run SQL, look that it was let through so far, and commit."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
        assert cursor.rowcount == 1


def test_one_draft_for_each_number_of_a_feed__forgets_discarded_ones(cast: Cast) -> None:
    run(a_draft(**A_NUMBERED_DRAFT | {"state": "'discarded'"}))
    run(a_draft(**A_NUMBERED_DRAFT))
    run(a_draft(**A_NUMBERED_DRAFT | {"sequence": "2"}))
    run(a_draft(**A_NUMBERED_DRAFT | {"feed": "'other'"}))
    assert ScheduleDraft.objects.count() == 4
