-- Each merchant's trade by the hour in which it occurred, in UTC.
-- {from} day = '0001-01-01': the first business day
-- {to} day = '9998-12-31': the last business day
-- {merchant} merchant = '': the id of one merchant; all merchants without it
SELECT
  merchant_id,
  business_day,
  date_trunc('hour', occurred_at) AS hour_utc,
  currency,
  sum(CASE WHEN direction = 'credit' THEN amount ELSE 0 END) AS credits,
  sum(CASE WHEN direction = 'debit' THEN amount ELSE 0 END) AS debits,
  count(*) AS entry_count
FROM entries
WHERE business_day BETWEEN '{from}' AND '{to}' AND '{merchant}' IN ('', merchant_id)
GROUP BY merchant_id, business_day, date_trunc('hour', occurred_at), currency
ORDER BY merchant_id, hour_utc, business_day, currency
