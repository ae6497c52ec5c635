-- The largest debits of each currency.
-- {from} day = '0001-01-01': the first business day
-- {to} day = '9998-12-31': the last business day
-- {merchant} merchant = '': the id of one merchant; all merchants without it
-- {count} integer = '10': how many of each currency
SELECT currency, amount, merchant_id, business_day, entry_id, occurred_at, reverses
FROM (
  SELECT
    entries.*,
    row_number() OVER (PARTITION BY currency ORDER BY amount DESC, merchant_id, business_day, entry_id) AS place
  FROM entries
  WHERE direction = 'debit' AND business_day BETWEEN '{from}' AND '{to}' AND '{merchant}' IN ('', merchant_id)
) AS debits
WHERE place <= CAST('{count}' AS bigint)
ORDER BY currency, place
