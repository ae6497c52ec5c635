-- Every audit event once: what was decided or done, by whom, when, from where, and about which entry. An event that is told
-- again is the same.
-- archived_decisions is the files in S3: a Glue table on AWS, read_parquet in DuckDB.
CREATE OR REPLACE VIEW decisions AS
SELECT
  decision_id, kind, merchant_id, business_day,
  coalesce(
    json_extract_scalar(body, '$.entry.entryId'),
    json_extract_scalar(body, '$.original.entryId'),
    json_extract_scalar(body, '$.entryId')
  ) AS entry_id,
  decided_at,
  json_extract_scalar(body, '$.by') AS decided_by,
  json_extract_scalar(body, '$.from') AS decided_from,
  json_extract_scalar(body, '$.quarantineId') AS quarantine_id,
  coalesce(
    json_extract_scalar(body, '$.setAsideFor'),
    CASE WHEN kind = 'quarantine.set-aside' THEN json_extract_scalar(body, '$.reason') END
  ) AS set_aside_for,
  CASE WHEN kind = 'quarantine.discarded' THEN json_extract_scalar(body, '$.reason') END AS reason,
  body, day
FROM (
  SELECT
    archived_decisions.*,
    row_number() OVER (PARTITION BY day, decision_id ORDER BY decided_at, body) AS copy
  FROM archived_decisions
) AS copies
WHERE copy = 1
