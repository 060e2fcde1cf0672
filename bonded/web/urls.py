"""The addresses of the pages."""

from django.urls import URLPattern, URLResolver, path

from bonded.web import consignments, declarations, find, home, imports, memberships, notices, stones, withdrawals

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
    path("consignments", consignments.consignments, name="consignments"),
    path("consignments/announce", consignments.announce, name="announce_consignment"),
    path("consignments/<str:reference>", consignments.consignment, name="consignment"),
    path("consignments/<str:reference>/lines", consignments.add_lines, name="add_lines"),
    path("consignments/<str:reference>/file", consignments.send_file, name="send_consignment_file"),
    path("consignments/<str:reference>/certificate", consignments.add_certificate, name="add_certificate"),
    path("consignments/<str:reference>/declare", consignments.declare, name="declare_consignment"),
    path("imports", imports.imports, name="imports"),
    path("imports/<int:file_id>", imports.one_import, name="import"),
    path("imports/<int:file_id>/progress", imports.import_progress, name="import_progress"),
    path("declarations/<str:number>", declarations.declaration, name="declaration"),
    path("stones/<str:stock_number>", stones.stone, name="stone"),
]
