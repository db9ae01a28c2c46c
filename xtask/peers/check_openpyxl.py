"""How does a Python program check a workbook of orders with openpyxl?

Usage: check_openpyxl.py INPUT.xlsx OUTPUT.csv NOW

Writes one line (row, field, reason) for each broken rule, the rules that `intake check` has for the
same columns. The workbook is opened in its read-only mode, row by row.
"""

import csv
import re
import sys
from datetime import datetime

import openpyxl
from openpyxl.utils.escape import unescape

source, target, now = sys.argv[1:4]
NOW = datetime.fromisoformat(now)
YEAR_AGO = NOW.replace(year=NOW.year - 1) if (NOW.month, NOW.day) != (2, 29) else NOW.replace(year=NOW.year - 1, day=28)

METHODS = frozenset(
    "AMAZON_PAY APPLE_PAY BANK_ACCOUNT BILLING CREDIT_CARD GOOGLE_PAY "
    "IDEAL PAYPAL POSTFINANCE SOFORT TWINT ZERO".split()
)
MANAGERS = frozenset(["EXTERNAL", "WBZ"])
REQUIRED = "externalSystemId plenigoOfferId invoiceCustomerId quantity startDate paymentMethod".split()
TEXTS = {"externalSystemId": 100, "invoiceCustomerId": 50, "deliveryCustomerId": 50}
NUMBERS = {"quantity": (1, 10000), "discountPercentage": (0, 100)}
DATES = ["startDate", "endDate", "orderDate", "referenceStartDate", "nextBookingDate"]
CONTROL = re.compile(r"[\x00-\x1f\x7f]")
INTEGER = re.compile(r"-?[0-9]+")
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)")


def moment(text):
    if not MOMENT.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def faults(order):
    for field in REQUIRED:
        if field not in order:
            yield field, "required"
    for field, longest in TEXTS.items():
        value = order.get(field)
        if value is not None:
            if len(value) > longest:
                yield field, "too long"
            if CONTROL.search(value):
                yield field, "control character"
    offer = order.get("plenigoOfferId")
    if offer is not None and len(offer) != 20:
        yield "plenigoOfferId", "not 20 characters"
    for field, (least, greatest) in NUMBERS.items():
        value = order.get(field)
        if value is not None:
            if not INTEGER.fullmatch(value):
                yield field, "not an integer"
            elif not least <= int(value) <= greatest:
                yield field, "out of range"
    method, manager = order.get("paymentMethod"), order.get("managedBy")
    if method is not None and method not in METHODS:
        yield "paymentMethod", "unknown"
    if manager is not None and manager not in MANAGERS:
        yield "managedBy", "unknown"
    moments = {}
    for field in DATES:
        value = order.get(field)
        if value is not None:
            moments[field] = moment(value)
            if moments[field] is None:
                yield field, "not RFC 3339"
    start, end, _, reference, booking = (moments.get(field) for field in DATES)
    if start and end and end < start:
        yield "endDate", "before startDate"
    if start and reference and reference < start:
        yield "referenceStartDate", "before startDate"
    if reference and reference < YEAR_AGO:
        yield "referenceStartDate", "more than a year ago"
    if booking and booking < NOW:
        yield "nextBookingDate", "in the past"


def text(value):
    # Excel spells what XML does not hold, and openpyxl leaves it spelled.
    spelled = str(value)
    return unescape(spelled) if "_x" in spelled else spelled


book = openpyxl.load_workbook(source, read_only=True)
rows = book.worksheets[0].iter_rows(values_only=True)
header = next(rows)
keys = {}
with open(target, "w", encoding="utf-8", newline="") as file:
    out = csv.writer(file)
    for number, row in enumerate(rows, 1):
        order = {field: text(value) for field, value in zip(header, row) if value is not None}
        for field, reason in faults(order):
            out.writerow((number, field, reason))
        key = order.get("externalSystemId")
        if key is None:
            continue
        first = keys.setdefault(key, number)
        if first != number:
            out.writerow((first, "externalSystemId", "not unique"))
            out.writerow((number, "externalSystemId", "not unique"))
