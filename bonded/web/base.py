"""What every page shares, for the upper apps too, which enter this layer here."""

from __future__ import annotations

from bonded.web.charts import Bar as Bar  # noqa: PLC0414 (said for mypy: it is handed on)
from bonded.web.charts import Series as Series  # noqa: PLC0414
from bonded.web.charts import stacked_bar as stacked_bar  # noqa: PLC0414
from bonded.web.charts import step_lines as step_lines  # noqa: PLC0414
from bonded.web.codes import register_codes as register_codes  # noqa: PLC0414
from bonded.web.codes import shown_filled as shown_filled  # noqa: PLC0414
from bonded.web.doors import PageRequest as PageRequest  # noqa: PLC0414
from bonded.web.doors import acts as acts  # noqa: PLC0414
from bonded.web.doors import console as console  # noqa: PLC0414
from bonded.web.doors import done as done  # noqa: PLC0414
from bonded.web.doors import page as page  # noqa: PLC0414
from bonded.web.fields import choice_of as choice_of  # noqa: PLC0414
from bonded.web.fields import day_of as day_of  # noqa: PLC0414
from bonded.web.fields import file_of as file_of  # noqa: PLC0414
from bonded.web.fields import text_of as text_of  # noqa: PLC0414
from bonded.web.fields import whole_of as whole_of  # noqa: PLC0414
from bonded.web.figures import amount_alone as amount_alone  # noqa: PLC0414
from bonded.web.figures import carats as carats  # noqa: PLC0414
from bonded.web.figures import day as day  # noqa: PLC0414
from bonded.web.figures import moment as moment  # noqa: PLC0414
from bonded.web.figures import money as money  # noqa: PLC0414
from bonded.web.find import Found as Found  # noqa: PLC0414
from bonded.web.find import address_of as address_of  # noqa: PLC0414
from bonded.web.find import register_finders as register_finders  # noqa: PLC0414
from bonded.web.find import uuid_from_text as uuid_from_text  # noqa: PLC0414
from bonded.web.jobs import Job as Job  # noqa: PLC0414
from bonded.web.jobs import JobKind as JobKind  # noqa: PLC0414
from bonded.web.jobs import register_job_kinds as register_job_kinds  # noqa: PLC0414
from bonded.web.lists import csv_of as csv_of  # noqa: PLC0414
from bonded.web.lists import listed as listed  # noqa: PLC0414
from bonded.web.navigation import Link as Link  # noqa: PLC0414
from bonded.web.navigation import register_links as register_links  # noqa: PLC0414
from bonded.web.panels import Panel as Panel  # noqa: PLC0414
from bonded.web.panels import register_panels as register_panels  # noqa: PLC0414
from bonded.web.reasons import reason_from as reason_from  # noqa: PLC0414
from bonded.web.sections import Section as Section  # noqa: PLC0414
from bonded.web.sections import register_sections as register_sections  # noqa: PLC0414
from bonded.web.stale import require_unchanged as require_unchanged  # noqa: PLC0414
from bonded.web.times import day_from_text as day_from_text  # noqa: PLC0414
from bonded.web.times import moment_from_text as moment_from_text  # noqa: PLC0414
from bonded.web.times import time_from_text as time_from_text  # noqa: PLC0414
from bonded.web.weighings import pieces_of as pieces_of  # noqa: PLC0414
from bonded.web.weighings import weight_of as weight_of  # noqa: PLC0414
from bonded.web.witnesses import witness_from as witness_from  # noqa: PLC0414
from bonded.web.words import shape_of as shape_of  # noqa: PLC0414
from bonded.web.words import word_of as word_of  # noqa: PLC0414
