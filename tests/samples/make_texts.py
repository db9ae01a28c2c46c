"""Makes the samples of text and of packed text: python3 make_texts.py [soffice]

Python's csv, gzip and zipfile write most of them, in the form that the named program gives them; with `soffice` LibreOffice
exports its own from the same rows. What a sample shows stands in README.md.
"""
import csv, gzip, io, os, subprocess, sys, tempfile, zipfile

HERE = os.path.dirname(os.path.abspath(__file__))
OFFER = "O_MZA1E7173120881551"
GERMAN = ["Auftragsnummer", "Angebotsnummer", "Kundennummer", "Menge", "Startdatum", "Enddatum", "Zahlungsart", "Nachname", "Straße"]
ENGLISH = ["order number", "offer id", "customer number", "qty", "start", "end", "payment type", "last name", "street"]
PLATFORM = ["externalSystemId", "plenigoOfferId", "invoiceCustomerId", "quantity", "startDate", "endDate", "paymentMethod"]
PEOPLE = [("Müller", "Straße des 17. Juni 5"), ("Weiß", "Königsallee 1"), ("Özdemir", "Große Bleichen 3"), ("Meier", "Hauptstr. 7")]


def german(count=4):
    for at in range(count):
        name, street = PEOPLE[at % len(PEOPLE)]
        yield [f"ABO-{4711 + at}", OFFER, str(100003 + at), "1", f"{at + 1:02}.03.2026", "", ["Lastschrift", "Rechnung", "PayPal", "Kreditkarte"][at % 4], name, street]


def english(count=4):
    for at in range(count):
        yield [f"SUB-{4711 + at}", OFFER, str(100003 + at), "1", f"2026-03-{at + 1:02}", "", "PayPal", "O'Neil", "5 Main St, Apt 2"]


def platform(count=4):
    for at in range(count):
        yield [f"A-{at}", OFFER, str(100003 + at), "1", "2026-03-01T00:00:00+01:00", "", "BILLING"]


def text(header, rows, delimiter=";", end="\r\n", quoting=csv.QUOTE_MINIMAL):
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator=end, quoting=quoting)
    writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue()


def put(name, content):
    with open(os.path.join(HERE, name), "wb") as file:
        file.write(content)


def zipped(files, method=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in files:
            archive.writestr(zipfile.ZipInfo(name, (2026, 3, 1, 9, 0, 0)), content, method)
    return out.getvalue()


def encodings():
    de = text(GERMAN, german())
    en = text(ENGLISH, english(), ",")
    put("excel-windows-de-csv.csv", de.encode("cp1252"))
    put("excel-windows-de-csv-utf8.csv", de.encode("utf-8-sig"))
    put("excel-windows-de-unicode-text.txt", text(GERMAN, german(), "\t").encode("utf-16"))
    put("excel-windows-de-text-tab.txt", text(GERMAN, german(), "\t").encode("cp1252"))
    put("excel-windows-en-csv.csv", en.encode("cp1252"))
    put("excel-windows-en-csv-utf8.csv", en.encode("utf-8-sig"))
    put("excel-mac-de-csv-macintosh.csv", text(GERMAN, german(), ";", "\r").encode("mac-roman"))
    put("excel-mac-de-csv-utf8.csv", text(GERMAN, german(), ";", "\r\n").encode("utf-8-sig"))
    put("excel-mac-en-text-macintosh.txt", text(ENGLISH, english(), "\t", "\r").encode("mac-roman"))
    put("google-sheets.csv", text(GERMAN, german(), ",", "\r\n").encode())
    put("google-sheets.tsv", text(GERMAN, german(), "\t", "\r\n").encode())
    euro = [row[:7] + ["Müller", "Rabatt 5 €"] for row in german(2)]
    put("linux-iso-8859-15-euro.csv", text(GERMAN, euro, ";", "\n").encode("iso8859-15"))
    put("windows-1252-euro.csv", text(GERMAN, euro, ";", "\r\n").encode("cp1252"))
    put("java-utf16be.csv", text(GERMAN, german(), ";", "\n").encode("utf-16-be"))
    put("windows-1252-late.csv", (text(PLATFORM, platform(60), ";") + "Ä-1;" + OFFER + ";100003;1;2026-03-01T00:00:00+01:00;;BILLING\r\n").encode("cp1252"))
    rows = list(german(4))
    mixed = [text(GERMAN, rows[:1], ";").encode("cp1252")]
    mixed += [text(rows[1], [], ";").encode("utf-8"), text(rows[2], [], ";").encode("cp1252"), text(rows[3], [], ";").encode("cp1252")]
    put("two-encodings-put-together.csv", b"".join(mixed))
    put("utf8-with-broken-bytes.csv", de.encode().replace("Weiß".encode(), b"Wei\xdf"))
    put("utf8-cut-in-a-character.csv", de.encode()[:-40] + "Mü".encode()[:2])


def systems():
    sap = "\r\n".join(["", text(GERMAN, german(), "|").strip(), ""])
    put("sap-like-blank-line-pipe.csv", sap.encode("cp1252"))
    padded = [[cell.ljust(24) for cell in row] for row in [GERMAN, *german()]]
    put("sap-like-fixed-width-semicolon.txt", "\r\n".join(";".join(row) for row in padded).encode("cp1252"))
    put("mysql-select-into-outfile.tsv", text(PLATFORM, [row[:5] + ["\\N"] + row[6:] for row in platform()], "\t", "\n").encode())
    put("postgresql-copy-csv.csv", text(PLATFORM, platform(), ",", "\n").encode())
    put("mssql-export-quoted-pipe.csv", text(PLATFORM, platform(), "|", "\r\n", csv.QUOTE_ALL).encode("utf-16"))
    put("python-csv-writer.csv", text(PLATFORM, platform(), ",", "\r\n").encode())
    put("old-mac-line-ends.csv", text(PLATFORM, platform(), ",", "\r").encode())
    put("ftp-ascii-mode-doubled-returns.csv", text(PLATFORM, platform(), ",", "\r\r\n").encode())


def forms():
    body = text(PLATFORM, platform(3), ";")
    put("excel-sep-line.csv", ("sep=;\r\n" + body).encode())
    put("excel-sep-line-pipe-quoted.csv", ('"sep=|"\r\n' + text(PLATFORM, platform(3), "|")).encode())
    notes = PLATFORM + ["Bemerkung, intern"]
    put("delimiters-in-quoted-text.csv", text(notes, [row + ["eins, zwei; drei\tvier"] for row in platform(3)], ";", quoting=csv.QUOTE_ALL).encode())
    put("header-comma-records-semicolon.csv", (",".join(PLATFORM) + "\r\n" + text(next(platform()), [], ";")).encode())
    put("header-of-one-known-column.csv", b"Auftragsnummer;x,y,z\r\nA-1;1,2,3\r\nA-2;4,5,6\r\n")
    lines = body.splitlines(True)
    put("quote-never-closed.csv", "".join([lines[0], lines[1].replace("A-0", '"A-0'), lines[2], lines[3]]).encode())
    many = text(PLATFORM, platform(40), ";").splitlines(True)
    many[2] = many[2].replace("A-1", '"A-1')
    many[30] = many[30].replace(";BILLING", ';BILLING"')
    put("quote-closed-by-accident.csv", "".join(many).encode())
    put("quotes-in-plain-text.csv", text(notes, [row + ["x"] for row in platform(2)], ";").replace(";x", ';27" Zoll').encode())
    put("quotes-doubled-at-odd-places.csv", text(notes, [row + ["x"] for row in platform(3)], ";").replace(";x", ';""so"" genannt', 1).replace(";x", ';"so" genannt', 1).encode())
    put("line-breaks-in-cells.csv", text(notes, [row + ["erste Zeile\nzweite Zeile"] for row in platform(2)], ";").encode())
    put("trailing-delimiters-and-blank-lines.csv", (body.replace("\r\n", ";;\r\n") + ";;;;;;;;\r\n\r\n\r\n").encode())
    put("report.pdf", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< /Type /Catalog >>\nendobj\n")
    put("photo.jpg", b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00\xff\xd9")


def packed():
    de = text(GERMAN, german()).encode("cp1252")
    put("orders.csv.gz", gzip.compress(de, 6, mtime=0))
    put("orders-two-members.csv.gz", gzip.compress(text(PLATFORM, platform(2), ",").encode(), mtime=0) + gzip.compress(text(next(platform(1)), [], ",").replace("A-0", "B-0").encode(), mtime=0))
    put("orders-cut-off.csv.gz", gzip.compress(text(PLATFORM, platform(400), ",").encode(), mtime=0)[:-30])
    put("bomb.csv.gz", gzip.compress(b";".join(name.encode() for name in PLATFORM) + b"\n" + b"\n" * (6 << 20), 9, mtime=0))
    put("orders-gz-in-gz.csv.gz", gzip.compress(gzip.compress(de, mtime=0), mtime=0))
    put("orders-windows-explorer.zip", zipped([("Aufträge.csv", de)]))
    put("orders-mac-finder.zip", zipped([("Orders/", b""), ("Orders/orders.csv", de), ("__MACOSX/Orders/._orders.csv", b"\0\5\x16\7"), ("Orders/.DS_Store", b"\0\0\0\1Bud1")]))
    put("two-files.zip", zipped([("a.csv", de), ("b.csv", de)]))
    put("empty.zip", zipped([]))
    out = subprocess.run(["zstd", "-q", "-c"], input=de, capture_output=True, check=True).stdout
    put("orders.csv.zst", out)
    sealed = bytearray(zipped([("orders.csv", de)]))
    for magic, flags in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        sealed[sealed.index(magic) + flags] |= 1
    put("password.zip", bytes(sealed))


def libreoffice(soffice):
    filters = {
        "libreoffice-utf8-comma.csv": "44,34,76,1",
        "libreoffice-cp1252-semicolon.csv": "59,34,1,1",
        "libreoffice-iso-8859-15-tab.csv": "9,34,22,1",
        "libreoffice-utf16-semicolon.csv": "59,34,65535,1",
        "libreoffice-all-quoted.csv": "59,34,76,1,,0,true",
    }
    with tempfile.TemporaryDirectory() as folder:
        source = os.path.join(folder, "orders.csv")
        with open(source, "wb") as file:
            file.write(text(GERMAN, german()).encode())
        for name, options in filters.items():
            subprocess.run([soffice, "--headless", "--infilter=CSV:59,34,76,1,1/2/2/2/3/2/5/2/6/2/7/2/8/2/9/2", "--convert-to", f"csv:Text - txt - csv (StarCalc):{options}", "--outdir", os.path.join(folder, "out"), source], check=True, capture_output=True)
            with open(os.path.join(folder, "out", "orders.csv"), "rb") as made:
                put(name, made.read())


encodings()
systems()
forms()
packed()
if len(sys.argv) > 1:
    libreoffice(sys.argv[1])
