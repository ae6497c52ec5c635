-- How each merchant was paid, day by day. An entry without a method counts as other.
SELECT
  merchant_id,
  business_day,
  coalesce(method, 'other') AS method,
  currency,
  sum(CASE WHEN direction = 'credit' THEN amount ELSE 0 END) AS credits,
  sum(CASE WHEN direction = 'debit' THEN amount ELSE 0 END) AS debits,
  count(*) AS entry_count
FROM entries
WHERE business_day BETWEEN '{from}' AND '{to}'
GROUP BY merchant_id, business_day, coalesce(method, 'other'), currency
ORDER BY merchant_id, business_day, method, currency
