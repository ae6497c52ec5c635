-- Every copy of an id that was on the stream, in the order in which they stood there. The first of each business day counts.
-- {merchant} merchant: the merchant's id
-- {entry} text: the entry's id
SELECT business_day, sequence_number, record_index, direction, amount, currency, occurred_at, received_at, arrived_at
FROM raw_entries
WHERE merchant_id = '{merchant}' AND entry_id = '{entry}'
ORDER BY business_day, length(sequence_number), sequence_number, record_index, shard_id
