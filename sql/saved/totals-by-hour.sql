-- Each merchant's trade by the hour in which it occurred, in UTC: the archive knows no merchant's time zone.
SELECT
  merchant_id,
  business_day,
  date_trunc('hour', occurred_at) AS hour_utc,
  currency,
  sum(CASE WHEN direction = 'credit' THEN amount ELSE 0 END) AS credits,
  sum(CASE WHEN direction = 'debit' THEN amount ELSE 0 END) AS debits,
  count(*) AS entry_count
FROM entries
WHERE business_day BETWEEN '{from}' AND '{to}'
GROUP BY merchant_id, business_day, date_trunc('hour', occurred_at), currency
ORDER BY merchant_id, hour_utc, business_day, currency
