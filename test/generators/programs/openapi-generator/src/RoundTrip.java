package daybook;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import daybook.ingest.api.EntriesApi;
import daybook.ingest.api.MerchantsApi;
import daybook.ingest.model.Batch;
import daybook.ingest.model.BatchResult;
import daybook.ingest.model.Entry;
import daybook.ingest.model.MerchantRegistration;
import daybook.ingest.model.RejectedResult;
import daybook.query.api.DaysApi;
import daybook.query.model.Day;
import daybook.query.model.Problem;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

public class RoundTrip {
  static final String MERCHANT = System.getenv("MERCHANT");
  static final String AUTHORIZATION = "Bearer " + System.getenv("TOKEN");
  static final LocalDate DAY = LocalDate.parse(System.getenv("DAY"));

  static Entry entry(String entryId, long amount, String currency) {
    return new Entry()
        .entryId(entryId)
        .merchantId(MERCHANT)
        .direction(Entry.DirectionEnum.CREDIT)
        .amount(amount)
        .currency(currency)
        .method(Entry.MethodEnum.PIX)
        .occurredAt(OffsetDateTime.of(DAY, LocalTime.NOON, ZoneOffset.UTC));
  }

  public static void main(String[] arguments) throws Exception {
    var ingest = new daybook.ingest.ApiClient();
    ingest.updateBaseUri(System.getenv("INGEST_URL"));
    ingest.setRequestInterceptor(request -> request.header("Authorization", AUTHORIZATION));
    var query = new daybook.query.ApiClient();
    query.updateBaseUri(System.getenv("QUERY_URL"));
    query.setRequestInterceptor(request -> request.header("Authorization", AUTHORIZATION));
    var entries = new EntriesApi(ingest);
    var days = new DaysApi(query);
    var mapper = new ObjectMapper();

    var shop = new MerchantRegistration().name(MERCHANT).currency("BRL").timeZone("UTC");
    new MerchantsApi(ingest).registerMerchant(MERCHANT, shop, null, null, null);
    entries.sendEntry(entry("one", 1_000_000_000_000L, "BRL"));

    var batch =
        new Batch().entries(List.of(entry("b1", 250, "BRL"), entry("b2", 700, "BRL"), entry("b3", 1, "EUR")));
    var refused = new ArrayList<String>();
    for (BatchResult result : entries.sendBatch(batch).getResults())
      if (result.getActualInstance() instanceof RejectedResult rejected)
        refused.add(rejected.getProblem().getCode());

    var lines = new StringBuilder();
    for (Entry line : List.of(entry("u1", 100, "BRL"), entry("u2", 200, "BRL"), entry("u3", 1, "EUR")))
      lines.append(ingest.getObjectMapper().writeValueAsString(line)).append('\n');
    // With the client's own HttpClient: its streamEntries would send the name of a file, as JSON.
    var upload =
        HttpRequest.newBuilder(URI.create(ingest.getBaseUri() + "/v1/entries/stream"))
            .header("Authorization", AUTHORIZATION)
            .POST(HttpRequest.BodyPublishers.ofString(lines.toString()))
            .build();
    String after = null;
    Long uploaded = null;
    for (String line : ingest.getHttpClient().send(upload, HttpResponse.BodyHandlers.ofLines()).body().toList()) {
      JsonNode answer = mapper.readTree(line);
      if (answer.has("position")) after = answer.get("position").asText();
      if (answer.has("done")) uploaded = answer.get("accepted").asLong();
    }

    Day day = days.readDay(MERCHANT, DAY, after, null, null);
    String missing;
    try {
      days.readDay(MERCHANT + "-none", DAY, null, null, null);
      throw new IllegalStateException("missing: answered");
    } catch (daybook.query.ApiException refusal) {
      missing = query.getObjectMapper().readValue(refusal.getResponseBody(), Problem.class).getCode();
    }

    long credits = day.getCredits();
    long pix = day.getByMethod().getPix().getCredits();
    Map<String, Object> seen = new LinkedHashMap<>();
    seen.put("credits", credits);
    seen.put("entryCount", day.getEntryCount());
    seen.put("pix", pix);
    seen.put("digest", day.getDigest());
    seen.put("refused", refused);
    seen.put("uploaded", uploaded);
    seen.put("missing", missing);
    System.out.println(mapper.writeValueAsString(seen));
  }
}
