"""Reads an index with programs that are not ours, and puts its rows into SQLite for comparison.

usage: index_readers.py FOLDER        which holds index.jsonl.gz and index.jsonl, as bench_index_formats leaves them
"""

import gzip
import json
import os
import resource
import sqlite3
import struct
import subprocess
import sys

folder = sys.argv[1]
packed = os.path.join(folder, "index.jsonl.gz")


def cpu_seconds():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def pages_on_the_way(path):
    """How many pages a search of the table's tree reads, one after the other; page 1 (the schema) comes on top."""
    with sqlite3.connect(path) as db:
        page_size = db.execute("PRAGMA page_size").fetchone()[0]
        page = db.execute("SELECT rootpage FROM sqlite_master WHERE name = 'member'").fetchone()[0]
    with open(path, "rb") as file:
        depth = 1
        while True:
            file.seek((page - 1) * page_size)
            head = file.read(12)
            if head[0] not in (2, 5):  # a leaf: SQLite's file format, "B-tree Pages"
                return depth, page_size
            page = struct.unpack(">I", head[8:12])[0]
            depth += 1


def sqlite(rows):
    path = os.path.join(folder, "index.sqlite")
    fields = list(rows[0])
    start = cpu_seconds()
    with sqlite3.connect(path) as db:
        db.execute(f"CREATE TABLE member ({', '.join(fields)}, PRIMARY KEY (key)) WITHOUT ROWID")
        db.executemany(f"INSERT INTO member VALUES ({', '.join('?' * len(fields))})",
                       ([row[field] for field in fields] for row in rows))
    spent = cpu_seconds() - start
    depth, page_size = pages_on_the_way(path)
    size = os.path.getsize(path)
    squeezed = len(gzip.compress(open(path, "rb").read(), 6))
    os.remove(path)
    print(f"SQLite {sqlite3.sqlite_version}, WITHOUT ROWID: {size / len(rows):.1f} bytes per row "
          f"({squeezed / len(rows):.1f} when the file is gzipped, and then not seekable); a key needs page 1 and then "
          f"{depth} pages of {page_size} bytes, each known only from the one before; "
          f"{spent / len(rows) * 1e6:.2f} µs CPU per row to write")


def say(name, count):
    print(f"{name}: {count} rows")


zcat = subprocess.run(["zcat", packed], stdout=subprocess.PIPE, check=True).stdout
say("zcat | wc -l", zcat.count(b"\n"))
with gzip.open(packed) as lines:
    rows = [json.loads(line) for line in lines]
say("Python's gzip and json", len(rows))
with open(packed, "rb") as file:  # what a ranged GET of any block gives
    start = file.read().find(b"\x1f\x8b\x08\0\0\0\0\0\0\xff", 10)
    file.seek(start)
    say("zcat from the second block on", gzip.decompress(file.read()).count(b"\n"))
try:
    import pandas
    say(f"pandas {pandas.__version__} read_json(lines=True)", len(pandas.read_json(packed, lines=True)))
except ImportError:
    print("pandas: not installed, not tried")
try:
    import duckdb
    count = duckdb.sql(f"SELECT count(DISTINCT key) FROM read_json_auto('{packed}')").fetchone()[0]
    say(f"DuckDB {duckdb.__version__} read_json_auto", count)
except ImportError:
    print("DuckDB: not installed, not tried")
sqlite(rows)
