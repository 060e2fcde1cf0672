"""Charts: parts that add up to the bar, lines that keep their height until the next day."""

from decimal import Decimal

from bonded.web.charts import Bar, Series, stacked_bar, step_lines


def test_stacked_bar__gives_each_part_its_share_of_the_whole():
    parts = stacked_bar([Bar("value", Decimal(750), "750"), Bar("VAT", Decimal(250), "250")])["parts"]

    assert [(part["x"], part["width"]) for part in parts] == [("0.0", "750.0"), ("750.0", "250.0")]


def test_stacked_bar__draws_nothing_of_nothing():
    assert [part["width"] for part in stacked_bar([Bar("value", Decimal(0), "0")])["parts"]] == ["0.0"]


def test_step_lines__goes_from_top_to_ground():
    chart = step_lines(["Mon", "Tue"], [Series("headroom", [Decimal(100), Decimal(0)], ["100", "0"])])

    assert chart["lines"][0]["path"] == "M8,12.0 V12.0 H324.0 V176.0 H640.0"
    assert chart["ground"] == "176.0"
    assert chart["rows"] == [["Mon", "100"], ["Tue", "0"]]


def test_step_lines__draws_what_is_below_nothing_below_the_ground():
    chart = step_lines(["Mon"], [Series("headroom", [Decimal(-50)], ["-50"])])

    assert (chart["ground"], chart["lines"][0]["path"]) == ("12.0", "M8,176.0 V176.0 H640.0")
