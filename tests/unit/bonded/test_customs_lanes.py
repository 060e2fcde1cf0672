"""The order in which a declaration's messages take effect."""

import random
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import permutations

from bonded.rules.customs_codes import AddedCode, CodeListName, Meaning
from bonded.rules.customs_lanes import LaneMessage, Outcome, Position, settle_lane
from bonded.rules.customs_messages import Cause, CustomsMessage, MessageState
from bonded.rules.customs_offices import HMRC, OFFICES, SIMULATOR
from bonded.rules.declarations import DebtState, DeclarationState
from bonded.rules.validity import Validity

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
OFFICE = OFFICES[SIMULATOR]
LODGED = Position(DeclarationState.LODGED)
# Taken in, accepted, inspection, accepted after all, tax told, released, closed.
JOURNEY = "LJCJTPR"


def in_lane(sequence: int, status: str, *, read_at: datetime = AT, key: int = 0) -> LaneMessage:
    message = CustomsMessage(
        message_id=f"m-{sequence}",
        office="SIM",
        declaration_number="1",
        mrn=None,
        sequence=sequence,
        issued_at=AT,
        code_list=CodeListName.CHANNEL,
        status=status,
        facts={},
    )
    return LaneMessage(key or sequence, message, read_at)


def journey(statuses: str = JOURNEY) -> list[LaneMessage]:
    return [in_lane(number, status) for number, status in enumerate(statuses, start=1)]


def settle_one_by_one(arrivals: Iterable[LaneMessage]) -> tuple[Position, list[Outcome]]:
    """Let messages arrive singly, as the inbox does: a repeated key is stored once, a waiting one stays in the lane."""
    position, waiting, seen, settled = LODGED, list[LaneMessage](), set[int](), list[Outcome]()
    for arrival in arrivals:
        if arrival.key in seen:
            continue
        seen.add(arrival.key)
        lane = [*waiting, arrival]
        position, outcomes = settle_lane(position, lane, office=OFFICE, at=AT)
        still = {outcome.key for outcome in outcomes if outcome.became is MessageState.WAITING}
        waiting = [one for one in lane if one.key in still]
        settled += [outcome for outcome in outcomes if outcome.key not in still]
    assert waiting == []
    return position, settled


def place(position: Position) -> tuple[DeclarationState, int]:
    return position.goods, position.last_sequence


def brief(outcomes: Sequence[Outcome]) -> list[tuple[int, str, str | None, str]]:
    return [(one.key, one.became.value, one.cause and one.cause.value, one.after.goods.value) for one in outcomes]


def test_settle_lane__applies_a_journey_in_its_order() -> None:
    position, outcomes = settle_lane(LODGED, journey(), office=OFFICE, at=AT)
    assert place(position) == (DeclarationState.CLEARED, 7)
    assert brief(outcomes) == [
        (1, "applied", None, "received"),
        (2, "applied", None, "accepted"),
        (3, "applied", None, "inspection_ordered"),
        (4, "applied", None, "accepted"),
        (5, "applied", None, "tax_assessed"),
        (6, "applied", None, "released"),
        (7, "applied", None, "cleared"),
    ]


def test_settle_lane__ends_the_same_for_every_permutation() -> None:
    expected = settle_one_by_one(journey())
    assert place(expected[0]) == (DeclarationState.CLEARED, 7)
    for arrivals in permutations(journey()):
        assert settle_one_by_one(arrivals) == expected


def test_settle_lane__ends_the_same_for_shuffles_with_repeats_of_long_journeys() -> None:
    chance = random.Random(20260302)
    for _ in range(1_000):
        messages = journey("7L" + "CJ" * chance.randint(0, 8) + chance.choice(["TPR", "?PR", "E", "PLR", "D"]))
        shuffled = [*messages, *chance.choices(messages, k=len(messages))]
        chance.shuffle(shuffled)
        assert settle_one_by_one(shuffled) == settle_one_by_one(messages)


def test_settle_lane__lets_an_early_message_wait() -> None:
    position, outcomes = settle_lane(LODGED, [in_lane(3, "P"), in_lane(1, "L")], office=OFFICE, at=AT)
    assert place(position) == (DeclarationState.RECEIVED, 1)
    assert brief(outcomes) == [(1, "applied", None, "received"), (3, "waiting", "gap", "received")]


def test_settle_lane__gives_a_gap_up_when_a_message_behind_it_waited_long_enough() -> None:
    lane = [in_lane(3, "T"), in_lane(5, "P", read_at=AT - OFFICE.patience), in_lane(7, "R")]
    position, outcomes = settle_lane(LODGED, lane, office=OFFICE, at=AT)
    assert place(position) == (DeclarationState.RELEASED, 5)
    assert brief(outcomes) == [
        (3, "applied", None, "tax_assessed"),
        (5, "applied", None, "released"),
        (7, "waiting", "gap", "released"),
    ]


def test_settle_lane__waits_until_the_very_moment() -> None:
    lane = [in_lane(2, "P", read_at=AT - OFFICE.patience + timedelta(microseconds=1))]
    assert settle_lane(LODGED, lane, office=OFFICE, at=AT)[0] == LODGED


def test_settle_lane__keeps_a_late_message_without_effect() -> None:
    position = Position(DeclarationState.RELEASED, last_sequence=5)
    after, outcomes = settle_lane(position, [in_lane(3, "C"), in_lane(5, "E")], office=OFFICE, at=AT)
    assert after == position
    assert brief(outcomes) == [(3, "superseded", "late", "released"), (5, "superseded", "late", "released")]


def test_settle_lane__parks_an_unknown_code_and_goes_on() -> None:
    position, outcomes = settle_lane(LODGED, journey("L?P"), office=OFFICE, at=AT)
    assert place(position) == (DeclarationState.RELEASED, 3)
    assert brief(outcomes)[1] == (2, "parked", "code_unknown", "received")


def test_settle_lane__parks_an_impossible_step_and_never_rewinds() -> None:
    position, outcomes = settle_lane(LODGED, journey("PLR"), office=OFFICE, at=AT)
    assert place(position) == (DeclarationState.CLEARED, 3)
    assert brief(outcomes) == [
        (1, "applied", None, "released"),
        (2, "parked", "step_impossible", "released"),
        (3, "applied", None, "cleared"),
    ]


def test_settle_lane__parks_a_message_whose_effect_was_refused() -> None:
    position, outcomes = settle_lane(LODGED, journey("LJP"), office=OFFICE, refused={2}, at=AT)
    assert place(position) == (DeclarationState.RELEASED, 3)
    assert brief(outcomes)[1] == (2, "parked", "effect_refused", "received")


def test_settle_lane__takes_a_second_code_of_the_same_state_as_a_confirmation() -> None:
    position, outcomes = settle_lane(LODGED, journey("7L"), office=OFFICE, at=AT)
    assert place(position) == (DeclarationState.RECEIVED, 2)
    assert [outcome.became for outcome in outcomes] == [MessageState.APPLIED] * 2


def test_settle_lane__of_two_messages_with_one_sequence_takes_the_one_issued_first() -> None:
    first = in_lane(1, "L", key=8)
    second = LaneMessage(
        9,
        CustomsMessage("m-0", "SIM", "1", None, 1, AT + timedelta(seconds=1), CodeListName.CHANNEL, "E", {}),
        AT,
    )
    _, outcomes = settle_lane(LODGED, [second, first], office=OFFICE, at=AT)
    assert [(one.key, one.cause) for one in outcomes] == [(8, None), (9, Cause.SEQUENCE_REUSED)]


def test_meaning_of__knows_a_code_only_while_its_list_is_in_force() -> None:
    def goods(code: str, day: datetime) -> DeclarationState | None:
        meaning = OFFICE.meaning_of(CodeListName.CHANNEL, code, on=day.date(), at=AT)
        return meaning.goods if meaning else None

    assert goods("P", datetime(2018, 8, 1, tzinfo=UTC)) is DeclarationState.RELEASED
    assert goods("P", datetime(2018, 7, 31, tzinfo=UTC)) is None
    assert goods("Z", AT) is None


def test_meaning_of__knows_what_a_person_mapped_from_when_it_was_known() -> None:
    added = [
        AddedCode(SIMULATOR, "channel", "Z", Validity(AT.date()), AT, Meaning(DeclarationState.REJECTED)),
    ]

    def known(at: datetime, code_list: str = "channel") -> Meaning | None:
        return OFFICE.meaning_of(code_list, "Z", on=AT.date(), at=at, added=added)

    assert known(AT) == Meaning(DeclarationState.REJECTED)
    assert known(AT - timedelta(microseconds=1)) is None
    assert known(AT, "gate_pass") is None


CDS_OFFICE = OFFICES[HMRC]
EARLIER = AT - CDS_OFFICE.patience
# Registered, accepted, duties told, balance too low, told again, inspection, released, cleared.
CDS_JOURNEY = ("02", "01", "13", "14", "13", "05", "08", "09")


def unnumbered(code: str, minute: int, *, read_at: datetime = EARLIER, key: int = 0) -> LaneMessage:
    issued_at = AT + timedelta(minutes=minute)
    message = CustomsMessage(f"c-{minute}-{code}", HMRC, "1", None, None, issued_at, CodeListName.CDS, code, {})
    return LaneMessage(key or minute + 1, message, read_at)


def test_settle_lane__takes_messages_without_numbers_in_the_order_of_their_issue() -> None:
    journey = [unnumbered(code, minute) for minute, code in enumerate(CDS_JOURNEY)]
    expected = settle_lane(LODGED, journey, office=CDS_OFFICE, at=AT)
    assert (expected[0].goods, expected[0].debt) == (DeclarationState.CLEARED, DebtState.FINAL)
    assert [one.sequence for one in expected[1]] == [1, 2, 3, 4, 5, 6, 7, 8]
    assert {one.became for one in expected[1]} == {MessageState.APPLIED}
    for seed in range(200):
        shuffled = random.Random(seed).sample(journey, len(journey))
        assert settle_lane(LODGED, shuffled, office=CDS_OFFICE, at=AT) == expected


def test_settle_lane__ends_the_same_for_every_permutation_of_seven_without_numbers() -> None:
    # Each comes while the patience of the one before it runs, as a feed does that is only a little out of order.
    later = AT + timedelta(seconds=1)
    journey = [
        unnumbered(code, minute, read_at=later - CDS_OFFICE.patience) for minute, code in enumerate(CDS_JOURNEY[:7])
    ]
    expected = settle_lane(LODGED, journey, office=CDS_OFFICE, at=later)
    for arrivals in permutations(journey):
        position, waiting = LODGED, list[LaneMessage]()
        for arrival in arrivals:
            waiting.append(arrival)
            position, outcomes = settle_lane(position, waiting, office=CDS_OFFICE, at=AT)
            assert {one.became for one in outcomes} == {MessageState.WAITING}
        assert settle_lane(position, waiting, office=CDS_OFFICE, at=later) == expected


def test_settle_lane__without_numbers_keeps_what_was_issued_before_the_last_without_effect() -> None:
    position, _ = settle_lane(LODGED, [unnumbered("08", 5)], office=CDS_OFFICE, at=AT)
    after, outcomes = settle_lane(position, [unnumbered("01", 4)], office=CDS_OFFICE, at=AT)
    assert (after, outcomes[0].cause) == (position, Cause.LATE)


def test_settle_lane__without_numbers_lets_a_closing_wait_for_its_release() -> None:
    accepted, _ = settle_lane(LODGED, [unnumbered("01", 0)], office=CDS_OFFICE, at=AT)
    until = EARLIER + CDS_OFFICE.step_patience
    early = [unnumbered("09", 3), unnumbered("16", 4)]
    waiting, outcomes = settle_lane(accepted, early, office=CDS_OFFICE, at=AT)
    assert waiting == accepted
    assert [(one.became.value, one.cause, one.waits_until) for one in outcomes] == [("waiting", Cause.GAP, until)] * 2
    whole, outcomes = settle_lane(accepted, [*early, unnumbered("08", 2)], office=CDS_OFFICE, at=AT)
    assert (whole.goods, whole.last_sequence) == (DeclarationState.CLEARED, 4)
    assert [one.became for one in outcomes] == [MessageState.APPLIED] * 3


def test_settle_lane__without_numbers_parks_a_closing_that_waited_long_enough_and_then_takes_the_release() -> None:
    accepted, _ = settle_lane(LODGED, [unnumbered("01", 0)], office=CDS_OFFICE, at=AT)
    until = EARLIER + CDS_OFFICE.step_patience
    parked, (outcome,) = settle_lane(accepted, [unnumbered("09", 3)], office=CDS_OFFICE, at=until)
    assert (outcome.became, outcome.cause) == (MessageState.PARKED, Cause.STEP_IMPOSSIBLE)
    released, (outcome,) = settle_lane(parked, [unnumbered("08", 2)], office=CDS_OFFICE, at=until)
    assert (released.goods, outcome.became) == (DeclarationState.RELEASED, MessageState.APPLIED)
    again = LaneMessage(4, unnumbered("09", 3).message, EARLIER, is_by_hand=True)
    cleared, (outcome,) = settle_lane(released, [again], office=CDS_OFFICE, at=until)
    assert (cleared.goods, outcome.became, outcome.sequence) == (DeclarationState.CLEARED, MessageState.APPLIED, 4)


def test_settle_lane__without_numbers_parks_at_once_what_nothing_can_make_possible() -> None:
    released, _ = settle_lane(LODGED, [unnumbered("08", 0)], office=CDS_OFFICE, at=AT)
    late, (outcome,) = settle_lane(released, [unnumbered("02", 1)], office=CDS_OFFICE, at=AT)
    assert (outcome.became, outcome.cause, late.goods) == (
        MessageState.PARKED,
        Cause.STEP_IMPOSSIBLE,
        DeclarationState.RELEASED,
    )


def test_settle_lane__without_numbers_lets_a_stop_pass_a_closing_that_waits() -> None:
    accepted, _ = settle_lane(LODGED, [unnumbered("01", 0)], office=CDS_OFFICE, at=AT)
    lane = [unnumbered("09", 3), unnumbered("16", 4), unnumbered("05", 5)]
    stopped, outcomes = settle_lane(accepted, lane, office=CDS_OFFICE, at=AT)
    assert stopped.goods is DeclarationState.INSPECTION_ORDERED
    assert [one.became.value for one in outcomes] == ["waiting", "waiting", "applied"]


def test_settle_lane__without_numbers_holds_no_stop_behind_what_is_impossible() -> None:
    released, _ = settle_lane(LODGED, [unnumbered("08", 0)], office=CDS_OFFICE, at=AT)
    stopped, outcomes = settle_lane(released, [unnumbered("01", 1), unnumbered("05", 2)], office=CDS_OFFICE, at=AT)
    assert stopped.goods is DeclarationState.INSPECTION_ORDERED
    assert [one.became.value for one in outcomes] == ["parked", "applied"]


def test_settle_lane__keeps_goods_and_debt_apart() -> None:
    released, _ = settle_lane(LODGED, [unnumbered("08", 0)], office=CDS_OFFICE, at=AT)
    assert (released.goods, released.debt) == (DeclarationState.RELEASED, DebtState.NOT_TOLD)
    told, _ = settle_lane(released, [unnumbered("13", 1)], office=CDS_OFFICE, at=AT)
    assert (told.goods, told.debt) == (DeclarationState.RELEASED, DebtState.TOLD)


def test_settle_lane__parks_a_debt_that_moves_after_it_was_final() -> None:
    cleared, _ = settle_lane(LODGED, [unnumbered("08", 0), unnumbered("09", 1)], office=CDS_OFFICE, at=AT)
    after, outcomes = settle_lane(cleared, [unnumbered("13", 2)], office=CDS_OFFICE, at=AT)
    assert (outcomes[0].became, outcomes[0].cause) == (MessageState.PARKED, Cause.STEP_IMPOSSIBLE)
    assert (after.goods, after.debt) == (DeclarationState.CLEARED, DebtState.FINAL)


def test_settle_lane__by_hand_takes_a_step_that_is_possible_although_its_turn_has_passed() -> None:
    position, _ = settle_lane(LODGED, journey("L?C"), office=OFFICE, at=AT)
    known = [AddedCode(SIMULATOR, "channel", "?", Validity(AT.date()), AT, Meaning(DeclarationState.TAX_ASSESSED))]
    again = LaneMessage(2, in_lane(2, "?").message, AT, is_by_hand=True)
    after, (outcome,) = settle_lane(position, [again], office=OFFICE, taken={1, 3}, added=known, at=AT)
    assert (outcome.became, outcome.sequence) == (MessageState.APPLIED, 2)
    assert place(after) == (DeclarationState.TAX_ASSESSED, 3)


def test_settle_lane__by_hand_never_takes_a_step_back() -> None:
    position, _ = settle_lane(LODGED, journey("L?P"), office=OFFICE, at=AT)
    known = [AddedCode(SIMULATOR, "channel", "?", Validity(AT.date()), AT, Meaning(DeclarationState.ACCEPTED))]
    again = LaneMessage(2, in_lane(2, "?").message, AT, is_by_hand=True)
    after, (outcome,) = settle_lane(position, [again], office=OFFICE, taken={1, 3}, added=known, at=AT)
    assert (outcome.became, outcome.cause, after) == (MessageState.PARKED, Cause.STEP_IMPOSSIBLE, position)


def test_settle_lane__parks_a_number_that_took_effect_under_another_message() -> None:
    position, _ = settle_lane(LODGED, journey("LJ"), office=OFFICE, at=AT)
    _, (outcome,) = settle_lane(position, [in_lane(2, "E", key=9)], office=OFFICE, taken={1, 2}, at=AT)
    assert (outcome.became, outcome.cause) == (MessageState.PARKED, Cause.SEQUENCE_REUSED)
