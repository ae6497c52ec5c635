#!/usr/bin/env python3
"""Reads stream records of Daybook as docs/stream-record.md specifies them.

read_record.py     checks the published vectors beside this file; exits with 1 when one is read in another way
read_record.py -   reads records from standard input, one in base64 on each line, and prints what each holds as JSON

Needs Python 3.9 and its standard library. Records packed by Zstandard also need Python 3.14, or the package zstandard.
"""
import base64
import datetime
import hashlib
import json
import re
import sys
import zlib
from decimal import Decimal
from pathlib import Path

try:
    from compression import zstd  # Python 3.14
except ImportError:
    zstd = None
try:
    import zstandard
except ImportError:
    zstandard = None

VERSION = 1
MOST_BYTES = 8 * 1024 * 1024
MOST_LINES = 20_000

SET_ASIDE = {"refused": "set aside"}
WAIT = {"refused": "wait"}


class Unreadable(Exception):
    """No retry will ever read this record or line."""


class NewerVersion(Exception):
    """A later version of this reader will read the record."""


class NoZstandard(Exception):
    """This Python has no library for Zstandard."""


# The record


def read_record(data):
    lines = text_of(expand(data)).split("\n")
    if len(lines) > MOST_LINES + 1:
        raise Unreadable("too many lines")
    kind = kind_of(lines[0])
    if kind == "entries":
        return {"kind": kind, "lines": [line_or_refusal(read_entry, line) for line in lines[1:]]}
    if kind == "decisions":
        return {"kind": kind, "lines": [line_or_refusal(read_decision, line) for line in lines[1:]]}
    return {"kind": "heartbeat" if kind == "heartbeat" else "unknown"}


def expand(data):
    if len(data) < 3 or data[0] != 68 or not 1 <= data[1] <= 31 or data[2] > 31:
        raise Unreadable("no record")
    if data[1] > VERSION:
        raise NewerVersion(data[1])
    codec, body = data[2], data[3:]
    if codec == 0:
        return checked_size(body)
    if codec == 1:
        return expand_gzip(body)
    if codec == 2:
        return expand_zstandard(body)
    raise Unreadable(f"codec {codec}")


def expand_gzip(body):
    expander = zlib.decompressobj(wbits=31)
    try:
        expanded = expander.decompress(body, MOST_BYTES + 1)
    except zlib.error as error:
        raise Unreadable(error) from error
    return whole(expander, checked_size(expanded))


def expand_zstandard(body):
    if zstd is not None:
        expander, error_kind = zstd.ZstdDecompressor(), zstd.ZstdError
        limit = (MOST_BYTES + 1,)
    elif zstandard is not None:
        # Its streaming call has no limit, so the input goes in by small pieces.
        return expand_zstandard_by_pieces(body)
    else:
        raise NoZstandard
    try:
        expanded = expander.decompress(body, *limit)
    except error_kind as error:
        raise Unreadable(error) from error
    return whole(expander, checked_size(expanded))


def expand_zstandard_by_pieces(body):
    expander = zstandard.ZstdDecompressor().decompressobj()
    expanded = bytearray()
    try:
        for at in range(0, len(body), 64):
            expanded += expander.decompress(body[at : at + 64])
            checked_size(expanded)
            if expander.eof and at + 64 < len(body):
                raise Unreadable("bytes behind the body")
    except zstandard.ZstdError as error:
        raise Unreadable(error) from error
    return whole(expander, bytes(expanded))


def whole(expander, expanded):
    if not expander.eof:
        raise Unreadable("cut short")
    if expander.unused_data:
        raise Unreadable("bytes behind the body")
    return expanded


def checked_size(expanded):
    if len(expanded) > MOST_BYTES:
        raise Unreadable("too large")
    return expanded


def text_of(body):
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Unreadable(error) from error


def kind_of(line):
    first = parse(line)
    if not isinstance(first, dict) or not isinstance(first.get("kind"), str):
        raise Unreadable("the first line names no kind")
    return first["kind"]


def line_or_refusal(read, line):
    try:
        return read(line)
    except Unreadable:
        return SET_ASIDE


# JSON


def parse(line):
    def no_constant(name):
        raise ValueError(name)

    try:
        # Decimal keeps the digits that a float would round.
        return json.loads(line, parse_float=Decimal, parse_constant=no_constant)
    except (ValueError, RecursionError) as error:
        raise Unreadable(error) from error


def canonical(value):
    """RFC 8785, for the values that an entry has."""
    if isinstance(value, dict):
        names = sorted(value, key=lambda name: name.encode("utf-16-be"))
        return "{" + ",".join(f"{canonical(name)}:{canonical(value[name])}" for name in names) + "}"
    return json.dumps(value, ensure_ascii=False)


# Values


def text(least, most):
    def read(value):
        if not isinstance(value, str) or not least <= len(value) <= most:
            raise Unreadable("no text, or too long")
        if re.search("[\ud800-\udfff]", value):
            raise Unreadable("half of a surrogate pair")
        return value

    return read


def whole_number(least, most):
    def read(value):
        if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
            raise Unreadable("no number")
        if not least <= value <= most or value != int(value):
            raise Unreadable("no whole number, or out of range")
        return int(value)

    return read


def one_of(*values):
    def read(value):
        if value not in values:
            raise Unreadable("not one of " + ", ".join(values))
        return value

    return read


def matching(pattern):
    def read(value):
        if not isinstance(value, str) or re.fullmatch(pattern, value) is None:
            raise Unreadable(f"does not match {pattern}")
        return value

    return read


def an_id(value):
    if matching(r"[A-Za-z0-9._:-]{1,64}")(value) in (".", ".."):
        raise Unreadable("no id")
    return value


def business_day(value):
    matching(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")(value)
    try:
        year = datetime.date.fromisoformat(value).year
    except ValueError as error:
        raise Unreadable(error) from error
    if year > 9998:
        raise Unreadable("a day after 9998")
    return value


def metadata(value):
    if not isinstance(value, dict) or len(value) > 20 or "__proto__" in value:
        raise Unreadable("no metadata")
    return {text(0, 40)(name): text(0, 200)(held) for name, held in value.items()}


instant = whole_number(-62135596800000, 253402300799999)


def an_object(required, optional):
    def read(value):
        if not isinstance(value, dict) or not required.keys() <= value.keys() <= required.keys() | optional.keys():
            raise Unreadable("no object, or a field is missing or unknown")
        return {name: (required.get(name) or optional[name])(held) for name, held in value.items()}

    return read


# Lines

content = an_object(
    {
        "amount": whole_number(1, 10**12),
        "currency": matching("[A-Z]{3}"),
        "direction": one_of("credit", "debit"),
        "entryId": an_id,
        "merchantId": an_id,
        "occurredAt": instant,
    },
    {
        "category": text(0, 64),
        "description": text(0, 200),
        "metadata": metadata,
        "method": one_of("cash", "debit-card", "credit-card", "pix", "voucher", "transfer", "other"),
        "reference": text(0, 100),
        "reverses": an_id,
        "terminalId": an_id,
        "terminalSeq": whole_number(0, 2**53 - 1),
    },
)

accepted_entry = an_object({"entry": content, "businessDay": business_day, "receivedAt": instant}, {})


def read_entry(line):
    accepted = accepted_entry(parse(line))
    entry = {name: value for name, value in accepted["entry"].items() if value != {}}
    content_hash = hashlib.sha256(canonical(entry).encode("utf-8")).hexdigest()
    return {**accepted, "entry": entry, "contentHash": content_hash}


def body_of_decision(value, levels=32):
    if not isinstance(value, dict):
        raise Unreadable("no object")
    check_depth(value, levels)
    return value


def check_depth(value, levels):
    if not isinstance(value, (dict, list)):
        return
    if levels == 0:
        raise Unreadable("nested too deep")
    for inner in value.values() if isinstance(value, dict) else value:
        check_depth(inner, levels - 1)


decision = an_object(
    {"decisionId": text(1, 300), "kind": text(1, 100), "decidedAt": instant, "body": body_of_decision},
    {"merchantId": an_id, "businessDay": business_day},
)


def read_decision(line):
    if len(line.encode("utf-16-be")) > 2 * 300_000:
        raise Unreadable("too long")
    return decision(parse(line))


# Lanes


def lane_of(merchant_id):
    return int.from_bytes(hashlib.sha256(merchant_id.encode("utf-8")).digest()[:4], "big") % 1024


# The program


def outcome(data):
    try:
        return read_record(data)
    except Unreadable:
        return SET_ASIDE
    except NewerVersion:
        return WAIT


def check_file(file):
    """Yields the name of each vector, and whether it is read as the file says; None where it is skipped."""
    vectors = json.loads(file.read_text("utf-8"))
    for vector in vectors["records"]:
        try:
            yield vector["name"], outcome(base64.b64decode(vector["record"])) == vector["holds"]
        except NoZstandard:
            yield vector["name"], None
    for lane in vectors["lanes"]:
        found = lane_of(lane["merchantId"])
        yield f"the lane of {lane['merchantId']}", (found, str(found * 2**118)) == (lane["lane"], lane["explicitHashKey"])


def check_vectors(folder):
    results = [result for file in sorted(folder.glob("stream-record-v*.json")) for result in check_file(file)]
    for name, result in results:
        if result is False:
            print(f"not read as published: {name}")
    count = {kind: sum(result is kind for _, result in results) for kind in (True, False, None)}
    print(f"{count[True]} of {len(results)} vectors are read as published, {count[None]} are skipped without Zstandard.")
    return 1 if count[False] > 0 or not results else 0


def print_records(lines):
    for line in lines:
        if line.strip():
            print(json.dumps(outcome(base64.b64decode(line)), ensure_ascii=False, default=float))
    return 0


def main(arguments):
    sys.stdout.reconfigure(encoding="utf-8")
    if arguments == []:
        return check_vectors(Path(__file__).resolve().parent)
    if arguments == ["-"]:
        return print_records(sys.stdin.buffer)
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
