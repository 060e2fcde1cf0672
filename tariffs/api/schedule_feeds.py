"""Drafts sent as files, alone or numbered by a feed."""

from __future__ import annotations

import hashlib
from typing import Any, cast

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema

from bonded.api.base import ApiView, CsvParser, Request, json_response
from bonded.rules.errors import InputInvalid
from tariffs.actions.schedule_drafts import draft_schedule
from tariffs.api.schedule_drafts import LONGEST_TITLE, DraftAnswer, draft_json
from tariffs.rules.schedule_feeds import ScheduleFile, feed_from_text
from tariffs.rules.schedule_files import exchange_rates_of, measures_of, rows_of_csv

READERS = {"measures": measures_of, "exchange_rates": exchange_rates_of}


class DraftFilesView(ApiView):
    """Where files of rows are sent."""

    parser_classes = (CsvParser,)

    @extend_schema(
        operation_id="draft_schedule_from_file",
        parameters=[
            OpenApiParameter("title", OpenApiTypes.STR, required=True, description="What the draft is called."),
            OpenApiParameter("rows", OpenApiTypes.STR, required=True, enum=list(READERS), description="What it holds."),
            OpenApiParameter("feed", OpenApiTypes.STR, description="Whose numbered files this is one of."),
            OpenApiParameter("sequence", OpenApiTypes.INT, description="Its number there: the first that is missing."),
        ],
        request={"text/csv": OpenApiTypes.BINARY},
        responses={201: DraftAnswer},
    )
    def post(self, request: Request) -> HttpResponse:
        """Draft what a CSV file says; every fault is named as `/line/column`, lines counted with the heading.

        A file of a feed is taken once and in sequence, also when it changes nothing.
        """
        kind, title = request.GET.get("rows", ""), request.GET.get("title", "").strip()
        if kind not in READERS or not 0 < len(title) <= LONGEST_TITLE:
            raise InputInvalid(
                f"Name `rows` ({' or '.join(READERS)}) and a `title` of 1 to {LONGEST_TITLE} characters."
            )
        feed, sequence = feed_from_text(request.GET.get("feed", ""), request.GET.get("sequence", ""))
        content = cast("Any", request.data) or b""
        rows = rows_of_csv(content)
        READERS[kind](rows)
        cells = {name: [dict(cells) for _, cells in rows] if name == kind else [] for name in READERS}
        file = ScheduleFile(hashlib.sha256(content).hexdigest(), feed, sequence)
        draft = draft_schedule(title=title, **cells, file=file, actor=request.actor, at=request.at)
        return json_response(draft_json(draft.pk, request), 201)
