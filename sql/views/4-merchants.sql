-- Each merchant as the newest of its audit events tells it. Zone and start of day are those of the newest rule of its
-- calendar, which counts from the business day calendar_from on, or from the beginning where that is NULL.
-- currency_exponent is the number of minor units of ISO 4217: an amount in whole units is amount / power(10, currency_exponent).
CREATE OR REPLACE VIEW merchants AS
SELECT
  merchant_id,
  json_extract_scalar(body, '$.name') AS name,
  json_extract_scalar(body, '$.currency') AS currency,
  CASE
    WHEN json_extract_scalar(body, '$.currency') IN (
      'BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'VND', 'VUV', 'XAF', 'XOF', 'XPF'
    ) THEN 0
    WHEN json_extract_scalar(body, '$.currency') IN ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND') THEN 3
    ELSE 2
  END AS currency_exponent,
  json_extract_scalar(newest_rule, '$.timeZone') AS time_zone,
  json_extract_scalar(newest_rule, '$.dayStartsAt') AS day_starts_at,
  json_extract_scalar(newest_rule, '$.from') AS calendar_from,
  json_extract_scalar(body, '$.lateEntries') AS late_entries,
  revision,
  decided_at AS saved_at,
  decided_by AS saved_by
FROM (
  SELECT
    revisions.*,
    json_array_get(json_extract(body, '$.calendar'), -1) AS newest_rule,
    row_number() OVER (PARTITION BY merchant_id ORDER BY revision DESC, decided_at DESC) AS age
  FROM (
    SELECT decisions.*, CAST(json_extract_scalar(body, '$.revision') AS bigint) AS revision
    FROM decisions
    WHERE kind = 'merchant.saved'
  ) AS revisions
) AS aged
WHERE age = 1
