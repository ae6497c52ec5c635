#!/usr/bin/env python3
"""Computes the hashes of Daybook with nothing but Python 3 and its standard library. docs/hashes.md explains them.

    python3 verify.py                 checks the published vectors, content.json and book.json beside this file
    python3 verify.py FILE            prints the content hash of each entry in FILE, one JSON text a line, and the digest
                                      of them all; "-" reads standard input
    python3 verify.py --book FILE [SEAL ...]
                                      checks a book that `npm run verify-journal -- --export` wrote, and compares its
                                      seals with the objects in the files SEAL, when they are given

Entries may be as a client sent them or as the query API lists them. Exit code: 0 when everything matches, 1 when not.
"""
import base64
import calendar
import hashlib
import json
import re
import sys
from decimal import Decimal
from pathlib import Path

# What a client says of an entry. The query API adds fields, which are not content.
FIELDS = (
    "amount category currency description direction entryId merchantId metadata method occurredAt reference reverses "
    "terminalId terminalSeq"
).split()

TIME = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:[Zz]|([+-])(\d\d):(\d\d))", re.ASCII
)


def canonical(value):
    """RFC 8785 (JSON Canonicalization Scheme) of what an entry can hold: text, whole numbers, and objects of these."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, dict):
        # By UTF-16 code units. Python compares code points, and so would put U+FB33 before U+1F600.
        keys = sorted(value, key=lambda key: key.encode("utf-16-be"))
        return "{" + ",".join(f"{canonical(key)}:{canonical(value[key])}" for key in keys) + "}"
    if value != int(value):
        raise ValueError(f"{value} is not a whole number")
    return str(int(value))


def milliseconds(text):
    """An RFC 3339 time as milliseconds since 1970 UTC. Finer digits are cut: no float, which would round them."""
    match = TIME.fullmatch(text)
    if match is None:
        raise ValueError(f"{text} is not a time")
    *clock, fraction, sign, hours, minutes = match.groups()
    seconds = calendar.timegm([int(part) for part in clock])
    if sign is not None:
        offset = int(hours) * 3600 + int(minutes) * 60
        seconds += offset if sign == "-" else -offset
    return seconds * 1000 + int((fraction or "")[:3].ljust(3, "0"))


def canonical_content(text):
    """The bytes that the content hash of an entry is made of, from the entry as JSON text."""
    # Decimal keeps every digit of a number that is written with a fraction or an exponent.
    entry = json.loads(text, parse_float=Decimal)
    content = {name: entry[name] for name in FIELDS if name in entry}
    content["occurredAt"] = milliseconds(content["occurredAt"])
    # Metadata without pairs is the same as none.
    if not content.get("metadata", True):
        del content["metadata"]
    return canonical(content).encode("utf-8")


def content_hash(text):
    return hashlib.sha256(canonical_content(text)).hexdigest()


def digest(hashes):
    """Of a set of entries in any order, from pairs of entry id and content hash."""
    lines = sorted(f"{entry_id} {content}\n".encode("ascii") for entry_id, content in hashes)
    return hashlib.sha256(b"".join(lines)).hexdigest()


def chain_hash(previous, merchant_id, business_day, segment):
    """Of a segment as the journal stores it, and of all before it."""
    view, entries = base64.b64decode(segment["view"]), base64.b64decode(segment["entries"])
    head = [
        f"{merchant_id}#{business_day}",
        segment["number"],
        segment["credits"],
        segment["debits"],
        segment["entryCount"],
        len(view),
        len(entries),
    ]
    # Only segments that close a day, or come after that, have a mark.
    if "mark" in segment:
        head.append(segment["mark"])
    line = "|".join(str(part) for part in head) + "\n"
    return hashlib.sha256(bytes.fromhex(previous) + line.encode("ascii") + view + entries).hexdigest()


def check_content(vectors):
    for vector in vectors:
        expected = bytes.fromhex(vector["canonicalHex"])
        yield f"{vector['name']}: canonical bytes", canonical_content(vector["sent"]), expected
        yield f"{vector['name']}: canonical text", vector["canonical"].encode("utf-8"), expected
        yield f"{vector['name']}: content hash", content_hash(vector["sent"]), vector["contentHash"]


def check_book(book):
    previous = "0" * 64
    hashes = []
    for segment in book["segments"]:
        where = f"segment {segment['number']}"
        previous = chain_hash(previous, book["merchantId"], book["businessDay"], segment)
        yield f"{where}: chain hash", previous, segment["hash"]
        for entry in segment["holds"]:
            yield f"{where}, entry {entry['entryId']}: content hash", content_hash(entry["sent"]), entry["contentHash"]
            if counts(segment):
                hashes.append((entry["entryId"], content_hash(entry["sent"])))
        yield f"{where}: digest of the book so far", digest(hashes), segment["digest"]


def counts(segment):
    """Whether the entries of a segment count in its book. Late entries may have been passed on to another place."""
    return json.loads(segment.get("mark", "{}")).get("kind") not in ("redirecting", "setting-aside", "releasing")


def check_seals(book):
    """Each seal is one line of canonical JSON, and names the seal before it."""
    segments = {segment["hash"]: segment for segment in book["segments"]}
    previous = None
    for version, seal in enumerate(book["seals"], start=1):
        where = f"seal {version}"
        told = json.loads(seal["text"])
        segment = segments[told["chainHash"]]
        yield f"{where}: canonical text", canonical_seal(told), seal["text"]
        yield f"{where}: hash", hashlib.sha256(seal["text"].encode("ascii")).hexdigest(), seal["hash"]
        yield f"{where}: previous", told["previous"], previous
        for name in ("credits", "debits", "entryCount", "digest"):
            yield f"{where}: {name}", told[name], segment[name]
        previous = seal["hash"]


def canonical_seal(seal):
    return json.dumps(seal, sort_keys=True, separators=(",", ":"))


def check_vectors(folder):
    read = lambda name: json.loads((folder / name).read_text("utf-8"))
    book = read("book.json")
    return report([*check_content(read("content.json")["vectors"]), *check_book(book), *check_seals(book)])


def report(checked):
    wrong = [(what, found, expected) for what, found, expected in checked if found != expected]
    for what, found, expected in wrong:
        print(f"{what} is {found}, not {expected}")
    print(f"{len(checked) - len(wrong)} of {len(checked)} values match.")
    return 1 if wrong else 0


EXPORT_FORMAT = 2

# The numbers of segments begin behind a multiple of this: 1 in the chain that a book begins with, and 1,000,000,001 in the
# one that superseded it.
GENERATION = 1_000_000_000


def check_export(book, objects):
    """A book with its seals: the hashes hold the stored bytes, the digests the entries, and each seal holds both."""
    if (book.get("kind"), book.get("format")) != ("daybook-book", EXPORT_FORMAT):
        raise ValueError(f"this is no exported book of format {EXPORT_FORMAT}: {book.get('kind')}, {book.get('format')}")
    merchant_id, day = book["merchantId"], book["businessDay"]
    previous, pairs, sums = "0" * 64, [], {"credits": 0, "debits": 0, "entryCount": 0}
    states, seen = {}, set()
    generation = book["segments"][0]["number"] // GENERATION if book["segments"] else 0
    for number, segment in enumerate(book["segments"], start=generation * GENERATION + 1):
        where = f"segment {number}"
        yield f"{where}: number", segment["number"], number
        previous = chain_hash(previous, merchant_id, day, segment)
        yield f"{where}: chain hash", previous, segment["hash"]
        for text in segment["contents"]:
            content = json.loads(text)
            entry = f"{where}, entry {content['entryId']}"
            yield f"{entry}: canonical text", canonical(content), text
            yield f"{entry}: merchant", content["merchantId"], merchant_id
            yield f"{entry}: is in the book already", content["entryId"] in seen, False
            seen.add(content["entryId"])
            if counts(segment):
                pairs.append((content["entryId"], hashlib.sha256(text.encode("utf-8")).hexdigest()))
                sums["credits" if content["direction"] == "credit" else "debits"] += content["amount"]
                sums["entryCount"] += 1
        for name, total in sums.items():
            yield f"{where}: {name}", total, segment[name]
        kind = json.loads(segment.get("mark", "{}")).get("kind")
        if kind in ("closing", "restating"):
            states[number] = {**sums, "chainHash": previous, "digest": digest(pairs)}
    yield "the hash of the book", previous if book["segments"] else None, book["hash"]
    yield "the digest of the book", digest(pairs), book["digest"]
    versions = []
    for seal in book["seals"]:
        where = f"the seal of version {seal['version']}"
        told = json.loads(seal["text"])
        yield f"{where}: canonical text", canonical_seal(told), seal["text"]
        yield f"{where}: hash", hashlib.sha256(seal["text"].encode("ascii")).hexdigest(), seal["hash"]
        named = {"merchantId": merchant_id, "day": day, "version": seal["version"]}
        state = dict(states.get(seal["segment"], {"segment": seal["segment"]}))
        if seal["issuedIn"] is None or seal["issuedIn"] // GENERATION != generation:
            # The seal was issued for a chain that was superseded or lost since. It proves the entries, and not the bytes of this one.
            state.pop("chainHash", None)
        for name, value in {**named, **state}.items():
            yield f"{where}: {name}", told.get(name), value
        versions.append(seal["version"])
    yield "the versions of the seals, in order", versions, sorted(set(versions))
    hashes = {seal["hash"]: seal["version"] for seal in book["seals"]}
    for name, kept in objects:
        found = hashlib.sha256(kept).hexdigest()
        yield f"{name}: the object of a seal of this book", found in hashes, True
    if objects:
        kept = {hashlib.sha256(kept).hexdigest() for _, kept in objects}
        for seal, version in hashes.items():
            yield f"the seal of version {version}: is among the objects", seal in kept, True


def check_book_file(file, seals):
    try:
        book = json.loads(Path(file).read_text("utf-8"))
        objects = [(name, Path(name).read_bytes()) for name in seals]
    except OSError as error:
        print(f"{error.filename} cannot be read: {error.strerror}")
        return 1
    except ValueError as error:
        print(f"{file} is not JSON: {error}. It is the file that npm run verify-journal -- --export writes.")
        return 1
    try:
        checked = list(check_export(book, objects))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        print(f"{file} cannot be checked: {error!r}")
        return 1
    return report(checked)


def print_hashes(lines):
    hashes = [(json.loads(line)["entryId"], content_hash(line)) for line in lines if line.strip()]
    for entry_id, content in hashes:
        print(entry_id, content)
    print("digest", digest(hashes))
    return 0


def main(arguments):
    sys.stdout.reconfigure(encoding="utf-8")
    if not arguments:
        return check_vectors(Path(__file__).resolve().parent)
    if arguments[0] == "--book" and len(arguments) > 1:
        return check_book_file(arguments[1], arguments[2:])
    if len(arguments) > 1 or arguments[0].startswith("--"):
        print(__doc__, file=sys.stderr)
        return 2
    if arguments[0] == "-":
        return print_hashes(sys.stdin.buffer)
    with open(arguments[0], "rb") as lines:
        return print_hashes(lines)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
