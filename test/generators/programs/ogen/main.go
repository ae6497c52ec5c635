package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"strings"
	"time"

	"daybook.example/roundtrip/ingest"
	"daybook.example/roundtrip/query"
)

var merchant = os.Getenv("MERCHANT")

type ingestToken struct{}

func (ingestToken) Token(context.Context, ingest.OperationName) (ingest.Token, error) {
	return ingest.Token{Token: os.Getenv("TOKEN")}, nil
}

type queryToken struct{}

func (queryToken) Token(context.Context, query.OperationName) (query.Token, error) {
	return query.Token{Token: os.Getenv("TOKEN")}, nil
}

func must[T any](value T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return value
}

func entry(id string, amount int64, currency string) ingest.Entry {
	return ingest.Entry{
		EntryId: id, MerchantId: merchant, Direction: ingest.EntryDirectionCredit,
		Amount: amount, Currency: currency, Method: ingest.NewOptEntryMethod(ingest.EntryMethodPix),
		OccurredAt: must(time.Parse(time.RFC3339, os.Getenv("DAY")+"T12:00:00Z")),
	}
}

func main() {
	ctx := context.Background()
	to := must(ingest.NewClient(os.Getenv("INGEST_URL"), ingestToken{}))
	from := must(query.NewClient(os.Getenv("QUERY_URL"), queryToken{}))

	registered := must(to.RegisterMerchant(ctx,
		&ingest.MerchantRegistration{Name: merchant, Currency: "BRL", TimeZone: "UTC"},
		ingest.RegisterMerchantParams{MerchantId: merchant}))
	if _, ok := registered.(*ingest.RegisterMerchantCreated); !ok {
		log.Fatalf("registered: %+v", registered)
	}

	one := entry("one", 1_000_000_000_000, "BRL")
	sent := must(to.SendEntry(ctx, &one))
	if _, ok := sent.(*ingest.AcceptedHeaders); !ok {
		log.Fatalf("sent: %+v", sent)
	}

	batch, ok := must(to.SendBatch(ctx, &ingest.Batch{Entries: []ingest.Entry{
		entry("b1", 250, "BRL"), entry("b2", 700, "BRL"), entry("b3", 1, "EUR")}})).(*ingest.SendBatchMultiStatus)
	if !ok {
		log.Fatal("batch: not 207")
	}
	var refused []string
	for _, result := range batch.Response.Results {
		if rejected, ok := result.GetRejectedResult(); ok {
			refused = append(refused, string(rejected.Problem.Code))
		}
	}

	var lines strings.Builder
	for _, line := range []ingest.Entry{entry("u1", 100, "BRL"), entry("u2", 200, "BRL"), entry("u3", 1, "EUR")} {
		lines.Write(must(line.MarshalJSON()))
		lines.WriteByte('\n')
	}
	upload, ok := must(to.StreamEntries(ctx,
		ingest.StreamEntriesReq{Data: strings.NewReader(lines.String())})).(*ingest.StreamEntriesOKHeaders)
	if !ok {
		log.Fatal("upload: not 200")
	}
	var after string
	var uploaded int64
	answers := bufio.NewScanner(upload.Response)
	for answers.Scan() {
		var answer struct {
			Position string
			Done     *bool
			Accepted int64
		}
		if err := json.Unmarshal(answers.Bytes(), &answer); err != nil {
			log.Fatal(err)
		}
		if answer.Position != "" {
			after = answer.Position
		}
		if answer.Done != nil {
			uploaded = answer.Accepted
		}
	}

	date := must(time.Parse(time.DateOnly, os.Getenv("DAY")))
	read := must(from.ReadDay(ctx, query.ReadDayParams{Merchant: merchant, Day: date, After: query.NewOptString(after)}))
	day, ok := read.(*query.DayHeaders)
	if !ok {
		log.Fatalf("read: %+v", read)
	}
	missing, ok := must(from.ReadDay(ctx, query.ReadDayParams{Merchant: merchant + "-none", Day: date})).(*query.ReadDayNotFound)
	if !ok {
		log.Fatal("missing: not 404")
	}

	var credits, pix int64 = day.Response.Credits, day.Response.ByMethod.Pix.Value.Credits
	var digest any
	if text, ok := day.Response.Digest.Get(); ok {
		digest = text
	}
	fmt.Println(string(must(json.Marshal(map[string]any{
		"credits": credits, "entryCount": day.Response.EntryCount, "pix": pix, "digest": digest,
		"refused": refused, "uploaded": uploaded, "missing": missing.Response.Code,
	}))))
}
