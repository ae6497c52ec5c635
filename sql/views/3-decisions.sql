-- Every audit event once: what was decided or done, by whom, when and from where. An event that is told again is the same.
-- archived_decisions is the files in S3: a Glue table on AWS, read_parquet in DuckDB.
CREATE OR REPLACE VIEW decisions AS
SELECT
  decision_id, kind, merchant_id, business_day, decided_at,
  json_extract_scalar(body, '$.by') AS decided_by,
  json_extract_scalar(body, '$.from') AS decided_from,
  body, day
FROM (
  SELECT
    archived_decisions.*,
    row_number() OVER (PARTITION BY day, decision_id ORDER BY decided_at, body) AS copy
  FROM archived_decisions
) AS copies
WHERE copy = 1
