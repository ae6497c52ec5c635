"""Day starts by Python's zoneinfo and the tzdata package alone: an independent reading of the same zone database.

usage: day_starts.py FIRST_DAY DAYS HH:MM...
First line: the IANA version. Then a line for each name of the package: {"name", "starts": seconds since 1970}, all days of
the first start of day, then those of the next.
"""
import json
import sys
import zoneinfo
from datetime import date, datetime, time, timedelta, timezone
from importlib import resources

import tzdata

zoneinfo.reset_tzpath(to=[])  # Never the machine's own zone files.


def day_start(zone, wall):
    """The first instant at which the clocks of the zone show `wall` or have skipped past it."""
    instant = wall.replace(tzinfo=zone, fold=0).astimezone(timezone.utc)
    if instant.astimezone(zone).replace(tzinfo=None) == wall:
        return int(instant.timestamp())
    # The clocks skip it: by the offset before the gap, `instant` lies behind the gap. Go back to its beginning.
    low, high = int(instant.timestamp()) - 26 * 3600, int(instant.timestamp())
    while high - low > 1:
        middle = (low + high) // 2
        shown = datetime.fromtimestamp(middle, zone).replace(tzinfo=None)
        low, high = (low, middle) if shown >= wall else (middle, high)
    return high


def main(first_day, days, *day_starts):
    print(tzdata.IANA_VERSION)
    first = date.fromisoformat(first_day)
    for name in resources.files("tzdata").joinpath("zones").read_text().split():
        zone = zoneinfo.ZoneInfo(name)
        starts = [
            day_start(zone, datetime.combine(first + timedelta(days=day), time.fromisoformat(start)))
            for start in day_starts
            for day in range(int(days))
        ]
        print(json.dumps({"name": name, "starts": starts}, separators=(",", ":")))


main(*sys.argv[1:])
