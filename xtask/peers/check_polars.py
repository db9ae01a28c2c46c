"""How does Polars check a CSV file of orders?

Usage: check_polars.py INPUT.csv OUTPUT.csv NOW

Writes one line (row, field, reason) for each broken rule, the rules that `intake check` has for the
same columns. All cells are read as text, so that a bad one is a finding and not a failure. The
streaming engine reads the file, once for the keys that occur twice and once for all other rules.
"""

import os
import sys

os.environ.setdefault("POLARS_MAX_THREADS", "2")

import polars as pl

source, target, now = sys.argv[1:4]
col = pl.col
NOW = pl.lit(now).str.to_datetime("%Y-%m-%dT%H:%M:%S%:z", time_zone="UTC")

METHODS = (
    "AMAZON_PAY APPLE_PAY BANK_ACCOUNT BILLING CREDIT_CARD GOOGLE_PAY "
    "IDEAL PAYPAL POSTFINANCE SOFORT TWINT ZERO"
).split()
DATES = ["startDate", "endDate", "orderDate", "referenceStartDate", "nextBookingDate"]
MOMENT = r"^\d{4}-\d\d-\d\dT([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$"


def moment(field):
    shaped = pl.when(col(field).str.contains(MOMENT)).then(col(field))
    return shaped.str.to_datetime("%Y-%m-%dT%H:%M:%S%.f%:z", time_zone="UTC", strict=False)


def text_rules(field, longest):
    return [
        (field, "too long", col(field).str.len_chars() > longest),
        (field, "control character", col(field).str.contains(r"[\x00-\x1f\x7f]")),
    ]


def number_rules(field, least, greatest):
    well_formed = col(field).str.contains(r"^-?[0-9]+$")
    number = col(field).cast(pl.Int64, strict=False)
    return [
        (field, "not an integer", ~well_formed),
        (field, "out of range", well_formed & (~number.is_between(least, greatest)).fill_null(True)),
    ]


rules = [
    (field, "required", col(field).is_null())
    for field in (
        "externalSystemId",
        "plenigoOfferId",
        "invoiceCustomerId",
        "quantity",
        "startDate",
        "paymentMethod",
    )
]
rules += text_rules("externalSystemId", 100)
rules += [("plenigoOfferId", "not 20 characters", col("plenigoOfferId").str.len_chars() != 20)]
rules += text_rules("invoiceCustomerId", 50)
rules += text_rules("deliveryCustomerId", 50)
rules += number_rules("quantity", 1, 10000)
rules += number_rules("discountPercentage", 0, 100)
rules += [
    ("paymentMethod", "unknown", ~col("paymentMethod").is_in(METHODS)),
    ("managedBy", "unknown", ~col("managedBy").is_in(["EXTERNAL", "WBZ"])),
]
rules += [
    (field, "not RFC 3339", col(field).is_not_null() & col(f"{field} read").is_null())
    for field in DATES
]
start, end = col("startDate read"), col("endDate read")
reference, booking = col("referenceStartDate read"), col("nextBookingDate read")
rules += [
    ("endDate", "before startDate", end < start),
    ("referenceStartDate", "before startDate", reference < start),
    ("referenceStartDate", "more than a year ago", reference < NOW.dt.offset_by("-1y")),
    ("nextBookingDate", "in the past", booking < NOW),
]

rows = pl.scan_csv(
    source, infer_schema=False, row_index_name="row", row_index_offset=1, low_memory=True
)
twice = (
    rows.select("externalSystemId")
    .drop_nulls()
    .group_by("externalSystemId")
    .len()
    .filter(col("len") > 1)
    .collect(engine="streaming")["externalSystemId"]
    .to_list()
)
rules += [("externalSystemId", "not unique", col("externalSystemId").is_in(twice))]

columns = {f"{field},{reason}": test.fill_null(False) for field, reason, test in rules}
(
    rows.with_columns(moment(field).alias(f"{field} read") for field in DATES)
    .select("row", **columns)
    .filter(pl.any_horizontal(list(columns)))
    .unpivot(index="row", variable_name="reason")
    .filter("value")
    .select("row", "reason")
    .sink_csv(target, include_header=False, quote_style="never", engine="streaming")
)
