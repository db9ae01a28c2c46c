"""How does DuckDB check a CSV file of orders?

Usage: check_duckdb.py INPUT.csv OUTPUT.csv NOW

Writes one line (row, field, reason) for each broken rule, the rules that `intake check` has for the
same columns. All cells are read as text, so that a bad one is a finding and not a failure. Keys that
occur twice are sought in a second, narrow pass over the file: that was faster and took less memory
than a window over all rows.
"""

import sys

import duckdb

source, target, now = sys.argv[1:4]

METHODS = (
    "AMAZON_PAY APPLE_PAY BANK_ACCOUNT BILLING CREDIT_CARD GOOGLE_PAY "
    "IDEAL PAYPAL POSTFINANCE SOFORT TWINT ZERO"
).split()
METHOD_LIST = ", ".join(f"'{method}'" for method in METHODS)
MOMENT = r"\d{4}-\d\d-\d\dT([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)"
DATES = {
    "start": "startDate",
    "ended": "endDate",
    "ordered": "orderDate",
    "reference": "referenceStartDate",
    "booking": "nextBookingDate",
}


def broken(condition, field, reason):
    return f"CASE WHEN {condition} THEN '{field},{reason}' END"


def text_rules(field, longest):
    return [
        broken(f"length({field}) > {longest}", field, "too long"),
        broken(f"regexp_matches({field}, '[\\x00-\\x1f\\x7f]')", field, "control character"),
    ]


def number_rules(field, least, greatest):
    as_number = f"TRY_CAST({field} AS BIGINT)"
    well_formed = f"regexp_full_match({field}, '-?[0-9]+')"
    return [
        broken(f"NOT {well_formed}", field, "not an integer"),
        broken(
            f"{well_formed} AND coalesce({as_number} NOT BETWEEN {least} AND {greatest}, true)",
            field,
            "out of range",
        ),
    ]


rules = [
    broken(f"{field} IS NULL", field, "required")
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
rules += [broken("length(plenigoOfferId) <> 20", "plenigoOfferId", "not 20 characters")]
rules += text_rules("invoiceCustomerId", 50)
rules += text_rules("deliveryCustomerId", 50)
rules += number_rules("quantity", 1, 10000)
rules += number_rules("discountPercentage", 0, 100)
rules += [
    broken(f"paymentMethod NOT IN ({METHOD_LIST})", "paymentMethod", "unknown"),
    broken("managedBy NOT IN ('EXTERNAL', 'WBZ')", "managedBy", "unknown"),
]
rules += [
    broken(f"{field} IS NOT NULL AND {name} IS NULL", field, "not RFC 3339")
    for name, field in DATES.items()
]
rules += [
    broken("ended < start", "endDate", "before startDate"),
    broken("reference < start", "referenceStartDate", "before startDate"),
    broken(
        f"reference < TIMESTAMPTZ '{now}' - INTERVAL 1 YEAR",
        "referenceStartDate",
        "more than a year ago",
    ),
    broken(f"booking < TIMESTAMPTZ '{now}'", "nextBookingDate", "in the past"),
]
any_broken = f"coalesce({', '.join(rules)}) IS NOT NULL"
every_broken = ", ".join(rules + [broken("key IS NOT NULL", "externalSystemId", "not unique")])
dates = ", ".join(
    f"CASE WHEN regexp_full_match({field}, '{MOMENT}') THEN TRY_CAST({field} AS TIMESTAMPTZ) END AS {name}"
    for name, field in DATES.items()
)
read = f"read_csv('{source}', header = true, all_varchar = true, delim = ',', quote = '\"', escape = '\"')"

database = duckdb.connect()
database.execute("SET threads = 2")
database.execute("SET TimeZone = 'UTC'")
database.execute(
    f"""
    COPY (
        WITH twice AS (
            SELECT externalSystemId AS key FROM {read}
            WHERE externalSystemId IS NOT NULL GROUP BY 1 HAVING count(*) > 1
        ),
        numbered AS (SELECT row_number() OVER () AS row, * FROM {read}),
        dated AS (SELECT *, {dates} FROM numbered),
        judged AS (
            SELECT row, key, dated.* EXCLUDE (row) FROM dated LEFT JOIN twice ON externalSystemId = key
            WHERE key IS NOT NULL OR {any_broken}
        )
        SELECT row, unnest(list_filter([{every_broken}], lambda reason: reason IS NOT NULL)) AS reason
        FROM judged
    ) TO '{target}' (HEADER false, DELIMITER ',', QUOTE '')
    """
)
