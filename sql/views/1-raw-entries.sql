-- Every copy of every accepted entry, as it stood on the stream.
-- archived_entries is the files in S3: a Glue table on AWS, read_parquet in DuckDB.
CREATE OR REPLACE VIEW raw_entries AS
SELECT
  entry_id, merchant_id, business_day, direction, amount, currency, occurred_at, received_at,
  method, category, description, reference, terminal_id, terminal_seq, reverses, metadata,
  shard_id, sequence_number, record_index, arrived_at
FROM archived_entries
