/** Folders as people call them, which mean something to an engine that takes a path for a pattern or for columns. */
export const UNUSUAL_FOLDERS = [
  'merchant_id=zzz/amount=9/business_day=2020-01-01/data',
  '[prod]/data',
  '[a-z]*/**/?',
  "it's * {a,b} ?",
  'São Paulo 100% "x" #1;',
  'línea\nnova',
]
