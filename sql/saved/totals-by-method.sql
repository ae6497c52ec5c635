-- How each merchant was paid, day by day. An entry without a method counts as other.
-- {from} day = '0001-01-01': the first business day
-- {to} day = '9998-12-31': the last business day
-- {merchant} merchant = '': the id of one merchant; all merchants without it
SELECT
  merchant_id,
  business_day,
  coalesce(method, 'other') AS method,
  currency,
  sum(CASE WHEN direction = 'credit' THEN amount ELSE 0 END) AS credits,
  sum(CASE WHEN direction = 'debit' THEN amount ELSE 0 END) AS debits,
  count(*) AS entry_count
FROM entries
WHERE business_day BETWEEN '{from}' AND '{to}' AND '{merchant}' IN ('', merchant_id)
GROUP BY merchant_id, business_day, coalesce(method, 'other'), currency
ORDER BY merchant_id, business_day, method, currency
