"""How were the sample workbooks made?

Usage: make_workbooks.py FOLDER, with openpyxl, xlsxwriter, msoffcrypto-tool and LibreOffice (soffice) at hand.

Each sample is what one program makes of the same few orders, with what goes wrong in practice. The files in this folder
were made by it once; programs put times and versions of their own into them, so that they are not made anew in tests.
"""

import datetime
import subprocess
import sys
from pathlib import Path

import openpyxl
import xlsxwriter
from msoffcrypto.format.ooxml import OOXMLFile
from openpyxl.styles import Font

folder = Path(sys.argv[1])
HEADER = ["externalSystemId", "plenigoOfferId", "invoiceCustomerId", "quantity", "startDate", "endDate", "paymentMethod"]
OFFER = "O_MZA1E7173120881551"


def order(number, **changes):
    row = {
        "externalSystemId": f"EXT-{number:06d}",
        "plenigoOfferId": OFFER,
        "invoiceCustomerId": f"K{100000 + number}",
        "quantity": 1 + number % 3,
        "startDate": datetime.datetime(2026, 1, number),
        "endDate": datetime.datetime(2027, 1, number, 17, 32),
        "paymentMethod": ["BILLING", "PAYPAL", "BANK_ACCOUNT"][number % 3],
    }
    row.update(changes)
    return row


ORDERS = [order(number) for number in range(1, 6)]


def put(sheet, row, values, formats=None):
    for column, value in enumerate(values):
        if value is not None:
            sheet.write(row, column, value, (formats or {}).get(column))


def with_xlsxwriter(name, change=None, rows=ORDERS, options=None, formats=None):
    book = xlsxwriter.Workbook(folder / name, {"default_date_format": "dd.mm.yyyy hh:mm", **(options or {})})
    sheet = book.add_worksheet("Orders")
    put(sheet, 0, HEADER)
    made = {column: book.add_format({"num_format": code}) for column, code in (formats or {}).items()}
    for number, row in enumerate(rows, 1):
        put(sheet, number, row.values(), made)
    if change:
        change(book, sheet)
    book.close()


def with_openpyxl(name, change=None, rows=ORDERS, header=HEADER):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Orders"
    sheet.append(header)
    for row in rows:
        sheet.append(list(row.values()))
    if change:
        change(book, sheet)
    book.save(folder / name)


def convert(source, kind):
    subprocess.run(["soffice", "--headless", "--convert-to", kind, "--outdir", folder, folder / source], check=True)


def hidden(book, sheet):
    sheet.set_row(2, None, None, {"hidden": True})
    sheet.set_column("D:D", None, None, {"hidden": True})
    sheet.set_column("I:XFD", None, None, {"hidden": True})
    book.add_worksheet("Legende").write(0, 0, "quantity: Anzahl")
    book.add_worksheet("Intern").hide()


def merged(book, sheet):
    sheet.merge_range("G2:G4", "BILLING")


def formulas(book, sheet):
    sheet.write_formula("D2", "=1+1", None, 2)
    sheet.write_formula("G3", '=IF(D3>0,"PAYPAL","")', None, "PAYPAL")
    sheet.write_formula("F4", '=IF(1=1,"","")', None, "")


def unvalued(book, sheet):
    sheet["D2"] = "=1+1"
    sheet["G3"] = '=IF(D3>0,"PAYPAL","")'


def errors(book, sheet):
    sheet["D2"] = "#REF!"
    sheet["G3"] = "#N/A"


def empty_rows(book, sheet):
    for row in range(7, 400):
        for column in range(1, 8):
            sheet.cell(row, column).font = Font(bold=True)


def several(book, sheet):
    book.create_sheet("Deckblatt", 0)["A1"] = "Lieferung Januar"
    book.create_sheet("Kunden")["A1"] = "email"


def texts(book, sheet):
    sheet["A2"] = "EXT\n000001"
    sheet["C3"] = 'K"1",2'
    sheet["C4"] = " K100003\u00a0"
    sheet["C5"] = "Müller-Straße_x0041_"


with_xlsxwriter("xlsxwriter-orders.xlsx")
with_xlsxwriter("xlsxwriter-inline-strings.xlsx", options={"constant_memory": True})
with_xlsxwriter("xlsxwriter-1904.xlsx", options={"date_1904": True})
with_xlsxwriter("xlsxwriter-hidden.xlsx", hidden)
with_xlsxwriter("xlsxwriter-merged.xlsx", merged)
with_xlsxwriter("xlsxwriter-formulas.xlsx", formulas)
with_xlsxwriter(
    "xlsxwriter-shown-zeros.xlsx",
    rows=[order(n, externalSystemId=n, invoiceCustomerId=4711 + n) for n in range(1, 4)],
    formats={0: "00000000"},
)
with_xlsxwriter(
    "xlsxwriter-control-characters.xlsx",
    rows=[
        order(1, externalSystemId="EXT-000001\x07"),
        order(2, externalSystemId="\x01EXT-000002"),
        order(3, externalSystemId="EXT_x0041_3"),
    ],
)
with_openpyxl("openpyxl-orders.xlsx")
with_openpyxl(
    "openpyxl-numeric-ids.xlsx",
    rows=[
        order(1, externalSystemId=4711),
        order(2, externalSystemId=1e15),
        order(3, externalSystemId=1.2345678901234567e19),
        order(4, externalSystemId=0.5, invoiceCustomerId=100004),
        order(5, plenigoOfferId=True),
    ],
)
with_openpyxl("openpyxl-formulas-without-value.xlsx", unvalued)
with_openpyxl("openpyxl-error-cells.xlsx", errors)
with_openpyxl("openpyxl-empty-rows.xlsx", empty_rows)
with_openpyxl("openpyxl-cover-sheet.xlsx", several)
with_openpyxl("openpyxl-texts.xlsx", texts)
with_openpyxl(
    "openpyxl-german-headers.xlsx",
    header=["Auftragsnummer", "Angebotsnummer", "Kundennummer", "Anzahl", "Beginn", "Ende", "Zahlungsart"],
)
convert("xlsxwriter-hidden.xlsx", "ods")
(folder / "xlsxwriter-hidden.ods").rename(folder / "libreoffice-hidden.ods")
for source, target in [("xlsxwriter-orders", "libreoffice-orders"), ("xlsxwriter-formulas", "libreoffice-formulas"), ("xlsxwriter-shown-zeros", "libreoffice-shown-zeros"), ("openpyxl-texts", "libreoffice-texts"), ("xlsxwriter-merged", "libreoffice-merged")]:
    convert(f"{source}.xlsx", "ods")
    (folder / f"{source}.ods").rename(folder / f"{target}.ods")
convert("libreoffice-orders.ods", "xlsx")
convert("libreoffice-orders.ods", "xls")
with open(folder / "openpyxl-orders.xlsx", "rb") as plain, open(folder / "excel-password.xlsx", "wb") as locked:
    OOXMLFile(plain).encrypt("geheim", locked)
