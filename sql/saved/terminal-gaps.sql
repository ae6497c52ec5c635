-- Numbers that a till left out between two of its entries: what it perhaps still has to send.
-- {from} day = '0001-01-01': the first business day
-- {to} day = '9998-12-31': the last business day
-- {merchant} merchant = '': the id of one merchant; all merchants without it
SELECT
  merchant_id,
  terminal_id,
  terminal_seq_before + 1 AS first_missing,
  terminal_seq - 1 AS last_missing,
  terminal_seq - terminal_seq_before - 1 AS missing_count,
  occurred_at_before,
  occurred_at AS occurred_at_after
FROM (
  SELECT
    merchant_id,
    terminal_id,
    terminal_seq,
    occurred_at,
    lag(terminal_seq) OVER till AS terminal_seq_before,
    lag(occurred_at) OVER till AS occurred_at_before
  FROM entries
  WHERE business_day BETWEEN '{from}' AND '{to}'
    AND '{merchant}' IN ('', merchant_id)
    AND terminal_id IS NOT NULL AND terminal_seq IS NOT NULL
  WINDOW till AS (PARTITION BY merchant_id, terminal_id ORDER BY terminal_seq, occurred_at, entry_id)
) AS numbered
WHERE terminal_seq > terminal_seq_before + 1
ORDER BY merchant_id, terminal_id, first_missing
