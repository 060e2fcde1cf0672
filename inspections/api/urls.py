"""The addresses of the inspections API."""

from django.urls import URLPattern, URLResolver, path

from inspections.api import (
    availability,
    booking_changes,
    booking_passes,
    bookings,
    calendar_feeds,
    offers,
    sessions,
    slots,
    viewable_lots,
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("viewing-desks", slots.DesksView.as_view()),
    path("viewing-desks/<str:code>/free-slots", slots.FreeSlotsView.as_view()),
    path("viewable-lots", viewable_lots.ViewableLotsView.as_view()),
    path("viewing-times", availability.AvailabilityView.as_view()),
    path("bookings", bookings.BookingsView.as_view()),
    path("bookings/holds", booking_changes.HoldsView.as_view()),
    path("bookings/<uuid:booking_id>", bookings.BookingView.as_view()),
    path("bookings/<uuid:booking_id>/confirm", booking_changes.ConfirmBookingView.as_view()),
    path("bookings/<uuid:booking_id>/approve", booking_changes.ApproveBookingView.as_view()),
    path("bookings/<uuid:booking_id>/refuse", booking_changes.RefuseBookingView.as_view()),
    path("bookings/<uuid:booking_id>/move", booking_changes.MoveBookingView.as_view()),
    path("bookings/<uuid:booking_id>/cancel", bookings.CancelBookingView.as_view()),
    path("bookings/<uuid:booking_id>/pass", booking_passes.BookingPassView.as_view()),
    path("check-ins", booking_passes.CheckInsView.as_view()),
    path("calendar-feeds", calendar_feeds.CalendarFeedsView.as_view()),
    path("calendar-feeds/<uuid:feed_id>/revoke", calendar_feeds.RevokeCalendarFeedView.as_view()),
    path("calendar-feeds/<str:token>.ics", calendar_feeds.CalendarFeedView.as_view()),
    path("bookings/<uuid:booking_id>/check-in", sessions.CheckInView.as_view()),
    path("bookings/<uuid:booking_id>/open", sessions.OpenSessionView.as_view()),
    path("bookings/<uuid:booking_id>/findings", sessions.FindingsView.as_view()),
    path("bookings/<uuid:booking_id>/weigh-in", sessions.WeighInView.as_view()),
    path("bookings/<uuid:booking_id>/close", sessions.CloseSessionView.as_view()),
    path("offers", offers.OffersView.as_view()),
    path("offers/<uuid:offer_id>", offers.OfferView.as_view()),
    path("offers/<uuid:offer_id>/counter", offers.CounterOfferView.as_view()),
    path("offers/<uuid:offer_id>/accept", offers.AcceptOfferView.as_view()),
    path("offers/<uuid:offer_id>/refuse", offers.RefuseOfferView.as_view()),
    path("offers/<uuid:offer_id>/withdraw", offers.WithdrawOfferView.as_view()),
]
