package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log"
	"net/http"
	"os"
	"time"

	"daybook.example/roundtrip/ingest"
	"daybook.example/roundtrip/query"

	"github.com/oapi-codegen/runtime/types"
)

var merchant = os.Getenv("MERCHANT")

func authorize(_ context.Context, request *http.Request) error {
	request.Header.Set("Authorization", "Bearer "+os.Getenv("TOKEN"))
	return nil
}

func must[T any](value T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return value
}

func entry(id string, amount int64, currency string) ingest.Entry {
	method := ingest.EntryMethod("pix")
	return ingest.Entry{
		EntryId: id, MerchantId: merchant, Direction: "credit", Amount: amount, Currency: currency, Method: &method,
		OccurredAt: must(time.Parse(time.RFC3339, os.Getenv("DAY")+"T12:00:00Z")),
	}
}

func main() {
	ctx := context.Background()
	to := must(ingest.NewClientWithResponses(os.Getenv("INGEST_URL"), ingest.WithRequestEditorFn(authorize)))
	from := must(query.NewClientWithResponses(os.Getenv("QUERY_URL"), query.WithRequestEditorFn(authorize)))

	registered := must(to.RegisterMerchantWithResponse(ctx, merchant, nil,
		ingest.MerchantRegistration{Name: merchant, Currency: "BRL", TimeZone: "UTC"}))
	if registered.JSON201 == nil {
		log.Fatalf("registered: %s", registered.Body)
	}

	sent := must(to.SendEntryWithResponse(ctx, entry("one", 1_000_000_000_000, "BRL")))
	if sent.JSON202 == nil {
		log.Fatalf("sent: %s", sent.Body)
	}

	batch := must(to.SendBatchWithResponse(ctx, ingest.Batch{Entries: []ingest.Entry{
		entry("b1", 250, "BRL"), entry("b2", 700, "BRL"), entry("b3", 1, "EUR")}}))
	if batch.JSON207 == nil {
		log.Fatalf("batch: %s", batch.Body)
	}
	var refused []string
	for _, result := range batch.JSON207.Results {
		if rejected, ok := must(result.ValueByDiscriminator()).(ingest.RejectedResult); ok {
			refused = append(refused, string(rejected.Problem.Code))
		}
	}

	var lines bytes.Buffer
	for _, line := range []ingest.Entry{entry("u1", 100, "BRL"), entry("u2", 200, "BRL"), entry("u3", 1, "EUR")} {
		lines.Write(must(json.Marshal(line)))
		lines.WriteByte('\n')
	}
	// The answer as it comes. StreamEntriesWithBodyWithResponse takes it for one JSON value, and fails.
	upload := must(to.StreamEntriesWithBody(ctx, "application/x-ndjson", &lines))
	defer upload.Body.Close()
	var after string
	var uploaded int64
	answers := bufio.NewScanner(upload.Body)
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

	date := types.Date{Time: must(time.Parse(time.DateOnly, os.Getenv("DAY")))}
	read := must(from.ReadDayWithResponse(ctx, merchant, date, &query.ReadDayParams{After: &after}))
	if read.JSON200 == nil {
		log.Fatalf("read: %s", read.Body)
	}
	missing := must(from.ReadDayWithResponse(ctx, merchant+"-none", date, nil))
	if missing.ApplicationproblemJSON404 == nil {
		log.Fatalf("missing: %s", missing.Body)
	}

	day := read.JSON200
	var credits, pix int64 = day.Credits, day.ByMethod.Pix.Credits
	fmt.Println(string(must(json.Marshal(map[string]any{
		"credits": credits, "entryCount": day.EntryCount, "pix": pix, "digest": day.Digest,
		"refused": refused, "uploaded": uploaded, "missing": missing.ApplicationproblemJSON404.Code,
	}))))
}
