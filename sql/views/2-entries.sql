-- Every entry once: of all copies of an id in a book (a merchant's business day), the first in stream order.
-- Sequence numbers are decimal digits of any length, so the longer one is the larger.
CREATE OR REPLACE VIEW entries AS
SELECT
  entry_id, merchant_id, business_day, direction, amount, currency, occurred_at, received_at,
  method, category, description, reference, terminal_id, terminal_seq, reverses, metadata,
  shard_id, sequence_number, record_index, arrived_at
FROM (
  SELECT
    raw_entries.*,
    row_number() OVER (
      PARTITION BY merchant_id, business_day, entry_id
      ORDER BY length(sequence_number), sequence_number, record_index, shard_id
    ) AS copy
  FROM raw_entries
) AS copies
WHERE copy = 1
