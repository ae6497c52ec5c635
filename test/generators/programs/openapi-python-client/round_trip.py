import datetime
import io
import json
import os

from daybook_ingest_client import AuthenticatedClient as Ingest
from daybook_ingest_client.api.entries import send_batch, send_entry, stream_entries
from daybook_ingest_client.api.merchants import register_merchant
from daybook_ingest_client.models import (
    Accepted,
    Batch,
    BatchAnswer,
    Entry,
    EntryDirection,
    EntryMethod,
    Merchant,
    MerchantRegistration,
    RejectedResult,
)
from daybook_ingest_client.types import File
from daybook_query_api_client import AuthenticatedClient as Query
from daybook_query_api_client.api.days import read_day
from daybook_query_api_client.models import Day, Problem, Totals

MERCHANT = os.environ["MERCHANT"]
DAY = datetime.date.fromisoformat(os.environ["DAY"])
NOON = datetime.datetime.combine(DAY, datetime.time(12), datetime.timezone.utc)
ingest = Ingest(os.environ["INGEST_URL"], os.environ["TOKEN"])
query = Query(os.environ["QUERY_URL"], os.environ["TOKEN"])


def entry(entry_id: str, amount: int, currency: str = "BRL") -> Entry:
    return Entry(entry_id, MERCHANT, EntryDirection.CREDIT, amount, currency, NOON, EntryMethod.PIX)


registered = register_merchant.sync(
    MERCHANT, client=ingest, body=MerchantRegistration(name=MERCHANT, currency="BRL", time_zone="UTC")
)
assert isinstance(registered, Merchant), registered

sent = send_entry.sync(client=ingest, body=entry("one", 1_000_000_000_000))
assert isinstance(sent, Accepted), sent

batch = send_batch.sync(client=ingest, body=Batch([entry("b1", 250), entry("b2", 700), entry("b3", 1, "EUR")]))
assert isinstance(batch, BatchAnswer), batch
refused = [result.problem.code for result in batch.results if isinstance(result, RejectedResult)]

lines = [entry("u1", 100), entry("u2", 200), entry("u3", 1, "EUR")]
ndjson = "".join(json.dumps(line.to_dict()) + "\n" for line in lines)
upload = stream_entries.sync_detailed(client=ingest, body=File(io.BytesIO(ndjson.encode())))
answers = [json.loads(line) for line in upload.content.splitlines()]
after = [answer["position"] for answer in answers if "position" in answer][-1]
uploaded = [answer["accepted"] for answer in answers if "done" in answer][-1]

day = read_day.sync(MERCHANT, DAY, client=query, after=after)
assert isinstance(day, Day), day
missing = read_day.sync(f"{MERCHANT}-none", DAY, client=query)
assert isinstance(missing, Problem), missing
pix = day.by_method.pix
assert isinstance(pix, Totals), pix

print(
    json.dumps(
        {
            "credits": day.credits_,
            "entryCount": day.entry_count,
            "pix": pix.credits_,
            "digest": day.digest,
            "refused": refused,
            "uploaded": uploaded,
            "missing": missing.code,
        }
    )
)
