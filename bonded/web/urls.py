"""The addresses of the pages."""

from django.urls import URLPattern, URLResolver, path

from bonded.web import (
    custody,
    declarations,
    find,
    gate,
    home,
    memberships,
    notices,
    officer_queue,
    releases,
    stones,
    withdrawals,
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.home, name="home"),
    path("find", find.find, name="find"),
    path("notices", notices.notices, name="notices"),
    path("notices/<uuid:notice_id>/read", notices.read_notice, name="read_notice"),
    path("preferences", notices.preferences, name="preferences"),
    path("preferences/notices", notices.set_preference, name="set_preference"),
    path("preferences/appearance", memberships.set_appearance, name="set_appearance"),
    path("memberships", memberships.memberships, name="memberships"),
    path("memberships/choose", memberships.choose_membership, name="choose_membership"),
    path("withdrawals", withdrawals.withdrawals, name="withdrawals"),
    path("withdrawals/new", withdrawals.new_withdrawal, name="new_withdrawal"),
    path("withdrawals/ask", withdrawals.ask, name="ask_withdrawal"),
    path("withdrawals/<uuid:withdrawal_id>", withdrawals.withdrawal, name="withdrawal"),
    path("withdrawals/<uuid:withdrawal_id>/lodge", withdrawals.lodge, name="lodge_declaration"),
    path("withdrawals/<uuid:withdrawal_id>/cancel", withdrawals.cancel, name="cancel_withdrawal"),
    path("withdrawals/<uuid:withdrawal_id>/pass", withdrawals.make_pass, name="make_pass"),
    path("declarations/<str:number>", declarations.declaration, name="declaration"),
    path("stones/<str:stock_number>", stones.stone, name="stone"),
    path("stones/<str:stock_number>/stop", custody.stop, name="place_hold"),
    path("stones/<str:stock_number>/lift", custody.lift, name="lift_hold"),
    path("gate", gate.gate, name="gate"),
    path("gate/hand-over", gate.hand_over, name="hand_over"),
    path("queue", officer_queue.queue, name="queue"),
    path("releases/<uuid:withdrawal_id>", releases.release, name="release"),
    path("releases/<uuid:withdrawal_id>/approve", releases.approve, name="approve_withdrawal"),
    path("releases/<uuid:withdrawal_id>/refuse", releases.refuse, name="refuse_withdrawal"),
]
