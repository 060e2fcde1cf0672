"""Landed prices in two halves, their indexes, and what notes the lots whose price is not right any more."""

from django.db import migrations

# The halves are filled in turn; each search names its half, so that filling the other locks nobody out. The columns
# after the lot are keys, not included, so that conditions on them are checked before any row is fetched.
TABLE = """
CREATE TABLE tariffs_landedprice (
    slot smallint NOT NULL,
    lot_id bigint NOT NULL,
    grade_id bigint NOT NULL,
    size smallint NOT NULL,
    weight_carats numeric(12, 3) NOT NULL,
    cut varchar(12) NOT NULL,
    origin varchar(2) NOT NULL,
    is_on_offer boolean NOT NULL,
    customs_value_minor bigint NOT NULL,
    duty_minor bigint NOT NULL,
    consumption_tax_minor bigint NOT NULL,
    vat_minor bigint NOT NULL,
    fees_minor bigint NOT NULL,
    landed_minor bigint NOT NULL,
    PRIMARY KEY (slot, lot_id),
    CONSTRAINT a_landed_price_adds_up CHECK (landed_minor =
        customs_value_minor + duty_minor + consumption_tax_minor + vat_minor + fees_minor)
) PARTITION BY LIST (slot);
CREATE TABLE tariffs_landedprice_0 PARTITION OF tariffs_landedprice FOR VALUES IN (0);
CREATE TABLE tariffs_landedprice_1 PARTITION OF tariffs_landedprice FOR VALUES IN (1);
CREATE INDEX prices_on_offer_by_grade ON tariffs_landedprice
    (grade_id, landed_minor, lot_id, weight_carats, cut, origin, slot) WHERE is_on_offer;
CREATE INDEX prices_on_offer_by_grade_size ON tariffs_landedprice
    (grade_id, size, landed_minor, lot_id, weight_carats, cut, origin, slot) WHERE is_on_offer;
CREATE INDEX prices_on_offer_by_size ON tariffs_landedprice
    (size, landed_minor, lot_id, weight_carats, cut, origin, grade_id, slot) WHERE is_on_offer;
"""

# Both run as the owner, because web and workers may neither empty a table at once nor gather its statistics.
SLOTS = """
CREATE FUNCTION tariffs_empty_price_slot(slot smallint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '5s' AS $$
BEGIN
    IF EXISTS (SELECT FROM tariffs_pricelist list WHERE list.is_current AND list.slot = $1) THEN
        RAISE EXCEPTION 'Slot % is the one that searches go by.', slot;
    END IF;
    EXECUTE format('TRUNCATE %I', 'tariffs_landedprice_' || slot);
END $$;

CREATE FUNCTION tariffs_analyze_price_slot(slot smallint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    EXECUTE format('ANALYZE %I', 'tariffs_landedprice_' || slot);
END $$;

REVOKE EXECUTE ON FUNCTION tariffs_empty_price_slot(smallint), tariffs_analyze_price_slot(smallint) FROM PUBLIC;
"""

# In the statement that changes a lot, whoever makes it: what is written here is what pricing looks for.
NOTE_LOTS = """
CREATE FUNCTION tariffs_note_new_lots_to_price() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO tariffs_lottoprice (lot_id) SELECT id FROM new_lot WHERE customs_state = 'bonded';
    RETURN NULL;
END $$;

CREATE FUNCTION tariffs_note_lot_to_price() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO tariffs_lottoprice (lot_id) VALUES (NEW.id);
    RETURN NULL;
END $$;

CREATE TRIGGER tariffs_new_lots_are_to_be_priced AFTER INSERT ON bonded_lot
    REFERENCING NEW TABLE AS new_lot FOR EACH STATEMENT EXECUTE FUNCTION tariffs_note_new_lots_to_price();
CREATE TRIGGER tariffs_changed_lot_is_to_be_priced AFTER UPDATE ON bonded_lot FOR EACH ROW
    WHEN ((OLD.value_minor, OLD.currency, OLD.weight_carats, OLD.pieces, OLD.hs_code, OLD.origin, OLD.cut, OLD.kind,
           OLD.shape, OLD.colour, OLD.clarity, OLD.customs_state = 'bonded', OLD.is_on_offer)
          IS DISTINCT FROM
          (NEW.value_minor, NEW.currency, NEW.weight_carats, NEW.pieces, NEW.hs_code, NEW.origin, NEW.cut, NEW.kind,
           NEW.shape, NEW.colour, NEW.clarity, NEW.customs_state = 'bonded', NEW.is_on_offer))
    EXECUTE FUNCTION tariffs_note_lot_to_price();
"""
NOTE_NO_LOTS = """
DROP TRIGGER tariffs_changed_lot_is_to_be_priced ON bonded_lot;
DROP TRIGGER tariffs_new_lots_are_to_be_priced ON bonded_lot;
DROP FUNCTION tariffs_note_lot_to_price();
DROP FUNCTION tariffs_note_new_lots_to_price();
"""

CREATE_TABLE = migrations.RunSQL(TABLE, "DROP TABLE tariffs_landedprice")
PRICE_OPERATIONS = [
    migrations.RunSQL(
        SLOTS, "DROP FUNCTION tariffs_empty_price_slot(smallint); DROP FUNCTION tariffs_analyze_price_slot(smallint)"
    ),
    migrations.RunSQL(NOTE_LOTS, NOTE_NO_LOTS),
]
