-- What each person, client or command decided, when and from where.
-- {from} day = '0001-01-01': the first day of the decisions, in UTC
-- {to} day = '9998-12-31': the last day of the decisions, in UTC
-- {person} text = '': one name in decided_by; all without it
-- {merchant} merchant = '': the id of one merchant; all merchants without it
SELECT decided_by, decided_at, decided_from, kind, merchant_id, business_day, decision_id, entry_id
FROM decisions
WHERE day BETWEEN '{from}' AND '{to}' AND decided_by IS NOT NULL
  AND '{person}' IN ('', decided_by)
  AND ('{merchant}' = '' OR merchant_id = '{merchant}')
ORDER BY decided_by, decided_at, decision_id
