"""The addresses of this app's pages."""

from django.urls import URLPattern, URLResolver, path

from inspections.web import booking, desk, offers, visits

urlpatterns: list[URLPattern | URLResolver] = [
    path("book", booking.book, name="book"),
    path("book/tray", booking.put_into_tray, name="put_into_tray"),
    path("book/tray/take", booking.take_from_tray, name="take_from_tray"),
    path("book/hold", booking.hold, name="hold_visit"),
    path("book/wait", booking.wait, name="wait_for_place"),
    path("visits", visits.visits, name="visits"),
    path("visits/calendar", visits.calendar, name="calendar"),
    path("visits/calendar/make", visits.make_calendar, name="make_calendar"),
    path("visits/calendar/<uuid:feed_id>/end", visits.end_calendar, name="end_calendar"),
    path("visits/places/<uuid:entry_id>", visits.answer_place, name="answer_place"),
    path("visits/today", desk.visits_today, name="visits_today"),
    path("vault/today", desk.vault_today, name="vault_today"),
    path("vault/visits/<uuid:booking_id>", desk.at_desk, name="at_desk"),
    path("vault/visits/<uuid:booking_id>/let-in", desk.let_in, name="let_in"),
    path("vault/visits/<uuid:booking_id>/weigh-out", desk.weigh_out, name="weigh_out"),
    path("vault/visits/<uuid:booking_id>/weigh-in", desk.weigh_in, name="weigh_in"),
    path("vault/visits/<uuid:booking_id>/close", desk.close, name="close_visit"),
    path("vault/visits/<uuid:booking_id>/decide", desk.decide, name="decide_visit"),
    path("visits/<uuid:booking_id>", visits.visit, name="visit"),
    path("visits/<uuid:booking_id>/confirm", visits.confirm, name="confirm_visit"),
    path("visits/<uuid:booking_id>/move", booking.move, name="move_visit"),
    path("visits/<uuid:booking_id>/cancel", visits.cancel, name="cancel_visit"),
    path("visits/<uuid:booking_id>/pass", visits.print_pass, name="print_pass"),
    path("visits/<uuid:booking_id>/findings", visits.write_finding, name="write_finding"),
    path("visits/<uuid:booking_id>/photos", visits.keep_photo, name="keep_photo"),
    path("offers", offers.offers, name="offers"),
    path("offers/<uuid:offer_id>", offers.offer, name="offer"),
    path("offers/<uuid:offer_id>/counter", offers.counter, name="counter_offer"),
    path("offers/<uuid:offer_id>/answer", offers.answer, name="answer_offer"),
    path("stones/<str:stock_number>/offer", offers.new_offer, name="new_offer"),
    path("stones/<str:stock_number>/offer/make", offers.make, name="make_offer"),
]
