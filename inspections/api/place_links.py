"""Offers by their secret link: who has the word needs no account, and an answer is given once."""

from __future__ import annotations

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema

from bonded.api.base import AddressThrottle, ApiView, Request, json_response
from inspections.actions.waiting_list import accept_place, decline_place, leave_waiting_list
from inspections.api.bookings import VisitorsRequest, read_visitors
from inspections.api.waiting_list import OfferedPlaceAnswer, place_json
from inspections.queries.waiting_list import company_of_wait, wait_by_link


class _LinkView(ApiView):
    """The link is all the proof there is, so no session is read and none can be misused."""

    authentication_classes = ()
    permission_classes = ()
    throttle_classes = (AddressThrottle,)
    door, calls_a_minute = "place-links", 30


class OfferByLinkView(_LinkView):
    """What is offered."""

    @extend_schema(operation_id="get_place_by_link", auth=[], responses=OfferedPlaceAnswer)
    def get(self, request: Request, token: str) -> HttpResponse:
        """Tell what is offered, while the wait is open."""
        return json_response(place_json(wait_by_link(token)))


# Without keys: nobody is signed in whose keys they could be, and an answer is given once anyway.
class AcceptByLinkView(_LinkView):
    """Taking what is offered."""

    @extend_schema(operation_id="accept_place_by_link", auth=[], request=VisitorsRequest, responses=OfferedPlaceAnswer)
    def post(self, request: Request, token: str) -> HttpResponse:
        """Book the place that is held; the link is void afterwards."""
        entry = wait_by_link(token)
        fields = read_visitors(request)
        return json_response(
            place_json(accept_place(entry_id=entry.pk, **fields, actor=company_of_wait(entry), at=request.at))
        )


class DeclineByLinkView(_LinkView):
    """Not taking it."""

    @extend_schema(operation_id="decline_place_by_link", auth=[], request=None, responses=OfferedPlaceAnswer)
    def post(self, request: Request, token: str) -> HttpResponse:
        """Give the place back; the wait is over and the link is void."""
        entry = wait_by_link(token)
        return json_response(place_json(decline_place(entry_id=entry.pk, actor=company_of_wait(entry), at=request.at)))


class LeaveByLinkView(_LinkView):
    """Not waiting any more."""

    @extend_schema(operation_id="leave_waiting_list_by_link", auth=[], request=None, responses=OfferedPlaceAnswer)
    def post(self, request: Request, token: str) -> HttpResponse:
        """Leave the waiting list; the link is void afterwards."""
        entry = wait_by_link(token)
        return json_response(
            place_json(leave_waiting_list(entry_id=entry.pk, actor=company_of_wait(entry), at=request.at))
        )
