"""Files of points, good and bad, and the error message of each bad one."""

import csv
import io
import zipfile

import numpy as np

from nnlab.data.points import Points

POINTS = Points.of([(1.5, 2, 0), (-3, 4e5, 1)])
# Names as a file may have them: markup for Streamlit, for HTML and Plotly, a spreadsheet's formula.
EVIL = (
    "**bold** :red[r] $x^2$",
    '<b>b</b><img src="x" onerror="window.hacked=1">',
    "=cmd()|' /C calc'!A0",
    "![i](http://127.0.0.1/i.png) [l](javascript:alert(1)) `c`",
)


def csv_file(*rows: tuple[object, ...]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


def ages_and_salaries(problem: str) -> bytes:
    """Return a file of 200 people: whether they buy, or in a regression what they spend."""
    rng = np.random.default_rng(0)
    ages, salaries = rng.uniform(18, 60, 200), rng.uniform(15_000, 150_000, 200)
    answers = ((ages > 42) | (salaries > 90_000)).astype(int)
    if problem == "regression":
        answers = 50_000 + 1_000 * ages + salaries / 10
    rows = zip(ages.tolist(), salaries.tolist(), answers.tolist(), strict=True)
    return csv_file(("age", "salary", "bought"), *rows)


def zip_bomb() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("points.csv", b"0" * 50_000_000)
    return content.getvalue()


GOOD = {
    "commas": b"a,b,c\n1.5,2,0\n-3,4e5,1\n",
    "semicolons": b"a;b;c\n1.5;2;0\n-3;4e5;1\n",
    "tabs": b"a\tb\tc\n1.5\t2\t0\n-3\t4e5\t1\n",
    "semicolons and decimal commas": b"a;b;c\n1,5;2,0;0\n-3;4,0e5;1\n",
    "tabs and decimal commas": b"a\tb\tc\n1,5\t2\t0\n-3\t+4E5\t1\n",
    "a byte order mark": b"\xef\xbb\xbfa,b,c\n1.5,2,0\n-3,4e5,1",
    "CRLF": b"a,b,c\r\n1.5,2,0\r\n-3,4e5,1\r\n",
    "CR alone": b"a,b,c\r1.5,2,0\r-3,4e5,1\r",
    "quotes": b'"a","b",c\n"1.5",2,"0"\n-3,"4e5",1\n',
    "spaces": b' a, "b",c \n 1.5 , 2,0 \n-3, "4e5", 1\n',
    "empty rows": b"\n\na,b,c\n\n1.5,2,0\n,,\n-3,4e5,1\n , ,\n\n",
    "an empty column": b"a,b,c,\n1.5,2,0,\n-3,4e5,1,\n",
    "an unnamed index as pandas writes it": b",a,b,c\n0,1.5,2,0\n1,-3,4e5,1\n",
    "labels that are words": b"a,b,c\n1.5,2,no\n-3,4e5,yes\n",
    "labels in another order": b"a,b,c\n1.5,2,10\n-3,4e5,11\n",
    "spaces alone": b"a  b  c\n1.5 2  0\n -3   4e5 1 \n",
    "bars": b"a|b|c\n1.5|2|0\n-3|4e5|1\n",
    "a first line that names the separator": b"sep=;\r\na;b;c\r\n1.5;2;0\r\n-3;4e5;1\r\n",
    "another separator in the first line": b"sep=~\na~b~c\n1.5~2~0\n-3~4e5~1\n",
    "comments above": b"# from a book\n% of 1999\n\na,b,c\n1.5,2,0\n-3,4e5,1\n",
    "a header that is a comment": b"# notes\n# a b c\n1.5 2 0\n-3 4e5 1\n",
    "comments and no header": b"# two points, by hand\n1.5,2,0\n-3,4e5,1\n",
    "savetxt": b"1.500000000000000000e+00 2.000000000000000000e+00 0.000000000000000000e+00\n"
    b"-3.000000000000000000e+00 4.000000000000000000e+05 1.000000000000000000e+00\n",
    "R's write.table": b'"a" "b c" "kind"\n"1" 1.5 2 "no"\n"2" -3 4e5 "yes"\n',
    "an ARFF file": b"% notes\n@RELATION 'two points'\n"
    b"@attribute a numeric\n@ATTRIBUTE 'b c' real\n"
    b"@attribute class {no,yes}\n\n@DATA\n1.5,2,no\n-3,4e5,yes\n",
    "a KEEL file": b"@relation two\n@attribute a real [-3.0, 1.5]\n@attribute b real [2, 4e5]\n"
    b"@attribute class{no, yes}\n@inputs a, b\n@outputs class\n@data\n1.5, 2, no\n-3, 4e5, yes\n",
    "UTF-16": "a,b,ö\n1.5,2,0\n-3,4e5,1\n".encode("utf-16"),
    "Latin-1": "a,b,ö\n1.5,2,nein\n-3,4e5,völlig\n".encode("latin-1"),
    "the label in front": b"class,a,b\nno,1.5,2\nyes,-3,4e5\n",
    "text beside it": b'note,a,b,label\n"x,y;z\t\n",1.5,2,0\nw,-3,4e5,1\n',
    "semicolons in a quoted name": b'"a;b;c;d",b,c\n1.5,2,0\n-3,4e5,1\n',
}


COLUMNS = "file must have 3 to 100 columns, split at commas, semicolons, tabs, bars or spaces, got"
NUMBERS = "file must have finite numbers, got"
BAD = {
    b"": "file must have rows of numbers, got nothing",
    b"\xef\xbb\xbf": "file must have rows of numbers, got nothing",
    b"\n ,,\n\r\n": "file must have rows of numbers, got nothing",
    b"a,b,c\n": "file must have rows of numbers, got only a header",
    b"a,b,c\n,,\n": "file must have rows of numbers, got only a header",
    b"a,b\n1,2\n": f"{COLUMNS} 2",
    b"a;b\n1;2\n": f"{COLUMNS} 2",
    b"<html>": f"{COLUMNS} 1",
    b"1," * 100: f"{COLUMNS} 101",
    b"a,b,c\n1,2,0\n3,4\n": "file must have 3 cells in every row, got 2 in row 3",
    b"a,b,c\n\n1,2,0,5\n": "file must have 3 cells in every row, got 4 in row 3",
    b"a,a,c\n1,2,0\n": "file must have columns of different names, got 'a' twice",
    b"a,b,c\n1,2,0\n\n3,x,1\n": f"{NUMBERS} 'x' in column 'b', row 4",
    b"1,2,0\n3,,1\n": f"{NUMBERS} '' in column 'x2', row 2",
    b"a,b,c\n1,2,0\n3,1_0,1\n": f"{NUMBERS} '1_0' in column 'b', row 3",
    b'a,b,c\n1,"1,234",0\n': f"{NUMBERS} '1,234' in column 'b', row 2",
    b"a;b;c\n1;1,234,5;0\n": f"{NUMBERS} '1,234,5' in column 'b', row 2",
    b"a,b,c\n1,2,0\nnan,4,1\n": f"{NUMBERS} 'nan' in column 'a', row 3",
    b"a,b,c\n1,2,0\n3,-Infinity,1\n": f"{NUMBERS} '-Infinity' in column 'b', row 3",
    b"a,b,c\n1,2,0\n3,1e999,1\n": f"{NUMBERS} '1e999' in column 'b', row 3",
    b"a,b,label\n" + b"".join(b"1,2,%d\n" % n for n in range(7)): (
        "file must have two to 6 labels, got 7 in column 'label'"
    ),
    b"a,b,c\n1,2,u\n1,2,u\n": "file must have two to 6 labels, got only 'u' in column 'c'",
    b"a,b,label\n1,2,0\n1,2,\n": (
        "file must have a label in every row, got '' in column 'label', row 3"
    ),
    b"a,b,label\n1,2,u\n1,2,NaN\n": (
        "file must have a label in every row, got 'NaN' in column 'label', row 3"
    ),
    b"a,b,label\n1,2,u\n1,2,inf\n1,2,\n": (
        "file must have a label in every row, got 'inf' in column 'label', row 3"
    ),
    b'a,b,c\n1,2,0\n3,"4,1\n': (
        "file must be a CSV file, got a broken quote or an endless cell in row 3"
    ),
    b'a,b,c\n1,"2"2,0\n': "file must be a CSV file, got a broken quote or an endless cell in row 2",
    b"a,b," + b"c" * 200_000: (
        "file must be a CSV file, got a broken quote or an endless cell in row 1"
    ),
    "a,b,c\n1,2,0\n".encode("utf-16-le"): (
        "file must be a CSV file, got binary data, as in a .zip or .xlsx file"
    ),
    b"a,b,c\n1,2\0,0\n": "file must be a CSV file, got binary data, as in a .zip or .xlsx file",
    b"\x89PNG\r\n\x1a\n": "file must be a CSV file, got binary data, as in a .zip or .xlsx file",
    zip_bomb(): "file must be a CSV file, got binary data, as in a .zip or .xlsx file",
    b"1,2,0\n" * 100_001: "file must have at most 100,000 rows, got more",
    b"a,b,c\n" + b"1,2,0\n" * 100_001: "file must have at most 100,000 rows, got more",
    b"1,2,0\n" + b"\n" * 200_000 + b"1,2,0\n": "file must have at most 100,000 rows, got more",
    b"1" * 10_000_001: "file must be at most 10 MB, got 10,000,001 bytes",
}
