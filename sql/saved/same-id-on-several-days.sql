-- Ids that a merchant used on more than one business day. Each day's is an entry of its own and is counted there; a till
-- that repeats a sale with another time counts it twice.
-- {from} day = '0001-01-01': the first business day
-- {to} day = '9998-12-31': the last business day
-- {merchant} merchant = '': the id of one merchant; all merchants without it
SELECT
  merchant_id,
  entry_id,
  count(*) AS day_count,
  min(business_day) AS first_day,
  max(business_day) AS last_day,
  count(DISTINCT amount) AS distinct_amounts
FROM entries
WHERE business_day BETWEEN '{from}' AND '{to}' AND '{merchant}' IN ('', merchant_id)
GROUP BY merchant_id, entry_id
HAVING count(*) > 1
ORDER BY merchant_id, entry_id
