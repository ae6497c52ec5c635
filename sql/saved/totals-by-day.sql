-- What each merchant's days add up to.
-- {from} day = '0001-01-01': the first business day
-- {to} day = '9998-12-31': the last business day
-- {merchant} merchant = '': the id of one merchant; all merchants without it
SELECT
  merchant_id,
  business_day,
  currency,
  sum(CASE WHEN direction = 'credit' THEN amount ELSE 0 END) AS credits,
  sum(CASE WHEN direction = 'debit' THEN amount ELSE 0 END) AS debits,
  sum(CASE WHEN direction = 'credit' THEN amount ELSE -amount END) AS net,
  count(*) AS entry_count
FROM entries
WHERE business_day BETWEEN '{from}' AND '{to}' AND '{merchant}' IN ('', merchant_id)
GROUP BY merchant_id, business_day, currency
ORDER BY merchant_id, business_day, currency
