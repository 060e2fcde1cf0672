"""The addresses of the bonded API."""

from django.urls import URLPattern, URLResolver, path

from bonded.api import (
    consignment_files,
    consignments,
    customs_messages,
    declarations,
    documents,
    holds,
    lot_searches,
    lots,
    parties,
    withdrawals,
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("me", parties.MeView.as_view()),
    path("consignments", consignments.ConsignmentsView.as_view()),
    path("consignments/<str:reference>", consignments.ConsignmentView.as_view()),
    path("consignments/<str:reference>/receipt", consignments.ConsignmentReceiptView.as_view()),
    path("consignments/<str:reference>/files", consignment_files.ConsignmentFilesView.as_view()),
    path("consignments/<str:reference>/declaration", declarations.ConsignmentDeclarationView.as_view()),
    path("consignments/<str:reference>/kimberley-certificates", documents.CertificatesView.as_view()),
    path("consignment-files/<int:file_id>", consignment_files.ConsignmentFileView.as_view()),
    path("consignment-files/<int:file_id>/refused-lines", consignment_files.RefusedLinesView.as_view()),
    path("lots", lot_searches.LotsView.as_view()),
    path("lots/facets", lot_searches.LotFacetsView.as_view()),
    path("lots/<str:stock_number>/story", lots.LotStoryView.as_view()),
    path("lots/<str:stock_number>/holds", holds.HoldsView.as_view()),
    path("lots/<str:stock_number>", lots.LotView.as_view()),
    path("holds/<int:hold_id>/lift", holds.LiftHoldView.as_view()),
    path("withdrawals", withdrawals.WithdrawalsView.as_view()),
    path("withdrawals/<uuid:withdrawal_id>", withdrawals.WithdrawalView.as_view()),
    path("withdrawals/<uuid:withdrawal_id>/cancel", withdrawals.CancelWithdrawalView.as_view()),
    path("withdrawals/<uuid:withdrawal_id>/release", withdrawals.ReleaseWithdrawalView.as_view()),
    path("withdrawals/<uuid:withdrawal_id>/refuse", withdrawals.RefuseWithdrawalView.as_view()),
    path("withdrawals/<uuid:withdrawal_id>/release-token", withdrawals.ReleaseTokenView.as_view()),
    path("withdrawals/<uuid:withdrawal_id>/declaration", declarations.WithdrawalDeclarationView.as_view()),
    path("declarations", declarations.DeclarationsView.as_view()),
    path("declarations/<str:number>", declarations.DeclarationView.as_view()),
    path("customs/messages", customs_messages.CustomsMessagesView.as_view()),
    path("hand-overs", withdrawals.HandOversView.as_view()),
]
