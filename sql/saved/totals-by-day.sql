-- What each merchant's days add up to.
SELECT
  merchant_id,
  business_day,
  currency,
  sum(CASE WHEN direction = 'credit' THEN amount ELSE 0 END) AS credits,
  sum(CASE WHEN direction = 'debit' THEN amount ELSE 0 END) AS debits,
  sum(CASE WHEN direction = 'credit' THEN amount ELSE -amount END) AS net,
  count(*) AS entry_count
FROM entries
WHERE business_day BETWEEN '{from}' AND '{to}'
GROUP BY merchant_id, business_day, currency
ORDER BY merchant_id, business_day, currency
