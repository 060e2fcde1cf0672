"""The addresses of the inspections API."""

from django.urls import URLPattern, URLResolver, path

from inspections.api import booking_changes, bookings, offer_links, sessions, slots, waiting_list

urlpatterns: list[URLPattern | URLResolver] = [
    path("viewing-desks", slots.DesksView.as_view()),
    path("viewing-desks/<str:code>/free-slots", slots.FreeSlotsView.as_view()),
    path("bookings", bookings.BookingsView.as_view()),
    path("bookings/holds", booking_changes.HoldsView.as_view()),
    path("bookings/<uuid:booking_id>", bookings.BookingView.as_view()),
    path("bookings/<uuid:booking_id>/confirm", booking_changes.ConfirmBookingView.as_view()),
    path("bookings/<uuid:booking_id>/approve", booking_changes.ApproveBookingView.as_view()),
    path("bookings/<uuid:booking_id>/refuse", booking_changes.RefuseBookingView.as_view()),
    path("bookings/<uuid:booking_id>/move", booking_changes.MoveBookingView.as_view()),
    path("bookings/<uuid:booking_id>/cancel", bookings.CancelBookingView.as_view()),
    path("bookings/<uuid:booking_id>/check-in", sessions.CheckInView.as_view()),
    path("bookings/<uuid:booking_id>/open", sessions.OpenSessionView.as_view()),
    path("bookings/<uuid:booking_id>/findings", sessions.FindingsView.as_view()),
    path("bookings/<uuid:booking_id>/weigh-in", sessions.WeighInView.as_view()),
    path("bookings/<uuid:booking_id>/close", sessions.CloseSessionView.as_view()),
    path("waiting-list", waiting_list.WaitingListView.as_view()),
    path("waiting-list/<uuid:entry_id>", waiting_list.WaitView.as_view()),
    path("waiting-list/<uuid:entry_id>/link", waiting_list.OfferLinkView.as_view()),
    path("waiting-list/<uuid:entry_id>/priority", waiting_list.RaisePriorityView.as_view()),
    path("waiting-list/<uuid:entry_id>/accept", waiting_list.AcceptOfferView.as_view()),
    path("waiting-list/<uuid:entry_id>/decline", waiting_list.DeclineOfferView.as_view()),
    path("waiting-list/<uuid:entry_id>/leave", waiting_list.LeaveWaitingListView.as_view()),
    path("waiting-list/offers/<str:token>", offer_links.OfferByLinkView.as_view()),
    path("waiting-list/offers/<str:token>/accept", offer_links.AcceptByLinkView.as_view()),
    path("waiting-list/offers/<str:token>/decline", offer_links.DeclineByLinkView.as_view()),
    path("waiting-list/offers/<str:token>/leave", offer_links.LeaveByLinkView.as_view()),
]
