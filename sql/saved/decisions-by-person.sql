-- What each person, client or command decided, when and from where. The days are those of the decisions, in UTC.
SELECT decided_by, decided_at, decided_from, kind, merchant_id, business_day, decision_id
FROM decisions
WHERE day BETWEEN '{from}' AND '{to}' AND decided_by IS NOT NULL
ORDER BY decided_by, decided_at, decision_id
