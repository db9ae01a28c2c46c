"""How does a CSV file of orders become a workbook as Excel keeps it?

Usage: write_workbook.py INPUT.csv OUTPUT.xlsx

Texts are shared strings, whole numbers of quantity and discount are numbers, all other cells text.
"""

import csv
import re
import sys

import xlsxwriter

source, target = sys.argv[1:3]
NUMBERS = {"quantity", "discountPercentage"}
INTEGER = re.compile(r"-?[0-9]{1,9}")

book = xlsxwriter.Workbook(target)
sheet = book.add_worksheet("Orders")
with open(source, encoding="utf-8", newline="") as file:
    rows = csv.reader(file)
    header = next(rows)
    sheet.write_row(0, 0, header)
    for number, row in enumerate(rows, 1):
        for column, (name, value) in enumerate(zip(header, row)):
            if name in NUMBERS and INTEGER.fullmatch(value):
                sheet.write_number(number, column, int(value))
            elif value:
                sheet.write_string(number, column, value)
book.close()
