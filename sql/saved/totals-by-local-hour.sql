-- Each merchant's trade by the hour of its own clock. Entries of merchants without an audit event in the archive are left out.
-- {from} day = '0001-01-01': the first business day
-- {to} day = '9998-12-31': the last business day
-- {merchant} merchant = '': the id of one merchant; all merchants without it
SELECT
  entries.merchant_id,
  business_day,
  date_trunc('hour', CAST(at_timezone(occurred_at, time_zone) AS timestamp)) AS local_hour,
  time_zone,
  entries.currency,
  sum(CASE WHEN direction = 'credit' THEN amount ELSE 0 END) AS credits,
  sum(CASE WHEN direction = 'debit' THEN amount ELSE 0 END) AS debits,
  count(*) AS entry_count
FROM entries
JOIN merchants ON merchants.merchant_id = entries.merchant_id
WHERE business_day BETWEEN '{from}' AND '{to}' AND '{merchant}' IN ('', entries.merchant_id)
GROUP BY
  entries.merchant_id,
  business_day,
  date_trunc('hour', CAST(at_timezone(occurred_at, time_zone) AS timestamp)),
  time_zone,
  entries.currency
ORDER BY entries.merchant_id, local_hour, business_day, entries.currency
