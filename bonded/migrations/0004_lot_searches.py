"""Indexes for searches of what is on offer, and the list of grades that they go through."""

from django.db import migrations, models

LIST_GRADES = """
CREATE FUNCTION list_grades_of_new_lots() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- In one order, so that two imports that bring the same new grades wait for each other and never crosswise.
    INSERT INTO bonded_lotgrade (kind, shape, colour, clarity)
    SELECT DISTINCT kind, shape, colour, clarity FROM new_lot
    EXCEPT SELECT kind, shape, colour, clarity FROM bonded_lotgrade
     ORDER BY kind, shape, colour, clarity
        ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;

CREATE FUNCTION list_grade_of_changed_lot() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO bonded_lotgrade (kind, shape, colour, clarity)
    VALUES (NEW.kind, NEW.shape, NEW.colour, NEW.clarity) ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;

CREATE TRIGGER bonded_lot_new_grades_are_listed AFTER INSERT ON bonded_lot
    REFERENCING NEW TABLE AS new_lot FOR EACH STATEMENT EXECUTE FUNCTION list_grades_of_new_lots();
CREATE TRIGGER bonded_lot_changed_grade_is_listed AFTER UPDATE ON bonded_lot FOR EACH ROW
    WHEN ((OLD.kind, OLD.shape, OLD.colour, OLD.clarity) IS DISTINCT FROM (NEW.kind, NEW.shape, NEW.colour, NEW.clarity))
    EXECUTE FUNCTION list_grade_of_changed_lot();

INSERT INTO bonded_lotgrade (kind, shape, colour, clarity)
SELECT DISTINCT kind, shape, colour, clarity FROM bonded_lot;
"""
FORGET_GRADES = """
DROP TRIGGER bonded_lot_changed_grade_is_listed ON bonded_lot;
DROP TRIGGER bonded_lot_new_grades_are_listed ON bonded_lot;
DROP FUNCTION list_grade_of_changed_lot();
DROP FUNCTION list_grades_of_new_lots();
"""


class Migration(migrations.Migration):
    """Replaces the first guess of the search indexes by those that were measured."""

    dependencies = [
        ("bonded", "0003_consignment_files"),
    ]

    operations = [
        migrations.CreateModel(
            name="LotGrade",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=16)),
                ("shape", models.CharField(max_length=20)),
                ("colour", models.CharField(max_length=20)),
                ("clarity", models.CharField(max_length=8)),
            ],
        ),
        migrations.RemoveIndex(
            model_name="lot",
            name="lots_on_offer_by_price",
        ),
        migrations.RemoveIndex(
            model_name="lot",
            name="lots_on_offer_by_grade",
        ),
        migrations.RemoveIndex(
            model_name="lot",
            name="lots_on_offer_by_weight",
        ),
        migrations.RemoveIndex(
            model_name="lot",
            name="lots_on_offer_by_kind",
        ),
        migrations.AddIndex(
            model_name="lot",
            index=models.Index(
                models.F("kind"),
                models.F("shape"),
                models.F("colour"),
                models.F("clarity"),
                models.F("currency"),
                models.F("value_minor"),
                models.F("id"),
                models.F("weight_carats"),
                models.F("cut"),
                models.F("origin"),
                condition=models.Q(("is_on_offer", True)),
                name="lots_on_offer_by_grade_price",
            ),
        ),
        migrations.AddIndex(
            model_name="lot",
            index=models.Index(
                models.F("kind"),
                models.F("shape"),
                models.F("colour"),
                models.F("clarity"),
                models.Func(
                    models.F("weight_carats"),
                    template="width_bucket(%(expressions)s, ARRAY[0.3, 0.4, 0.5, 0.7, 0.9, 1, 1.2, 1.5, 2, 3, 5, 10])",
                ),
                models.F("currency"),
                models.F("value_minor"),
                models.F("id"),
                models.F("weight_carats"),
                models.F("cut"),
                models.F("origin"),
                condition=models.Q(("is_on_offer", True)),
                name="lots_on_offer_by_grade_size",
            ),
        ),
        migrations.AddIndex(
            model_name="lot",
            index=models.Index(
                models.F("kind"),
                models.F("shape"),
                models.F("colour"),
                models.F("clarity"),
                models.F("weight_carats"),
                models.F("id"),
                models.F("currency"),
                models.F("value_minor"),
                models.F("cut"),
                models.F("origin"),
                condition=models.Q(("is_on_offer", True)),
                name="lots_on_offer_by_grade_weight",
            ),
        ),
        migrations.AddIndex(
            model_name="lot",
            index=models.Index(
                models.Func(
                    models.F("weight_carats"),
                    template="width_bucket(%(expressions)s, ARRAY[0.3, 0.4, 0.5, 0.7, 0.9, 1, 1.2, 1.5, 2, 3, 5, 10])",
                ),
                models.F("currency"),
                models.F("value_minor"),
                models.F("id"),
                models.F("weight_carats"),
                models.F("shape"),
                models.F("colour"),
                models.F("clarity"),
                models.F("cut"),
                models.F("origin"),
                models.F("kind"),
                condition=models.Q(("is_on_offer", True)),
                name="lots_on_offer_by_size_price",
            ),
        ),
        migrations.AddIndex(
            model_name="lot",
            index=models.Index(
                models.F("weight_carats"),
                models.F("id"),
                models.F("currency"),
                models.F("value_minor"),
                models.F("shape"),
                models.F("colour"),
                models.F("clarity"),
                models.F("cut"),
                models.F("origin"),
                models.F("kind"),
                condition=models.Q(("is_on_offer", True)),
                name="lots_on_offer_by_weight",
            ),
        ),
        migrations.AddIndex(
            model_name="lot",
            index=models.Index(
                condition=models.Q(("report_number", ""), _negated=True),
                fields=["report_number"],
                name="lots_by_report_number",
                opclasses=["varchar_pattern_ops"],
            ),
        ),
        migrations.AddConstraint(
            model_name="lotgrade",
            constraint=models.UniqueConstraint(
                fields=("kind", "shape", "colour", "clarity"), name="a_grade_is_listed_once"
            ),
        ),
        migrations.RunSQL(LIST_GRADES, FORGET_GRADES),
    ]
