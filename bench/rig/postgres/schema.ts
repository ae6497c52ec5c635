import type { Client } from 'pg'
import type { Totals } from '../load/sales.ts'

/** Every entry once, and the totals of each merchant's day: the minimum for an exact daily consolidated. */
export const createTables = async (client: Client): Promise<void> => {
  await client.query(`
    create table entries (
      merchant_id text, business_day date, entry_id text,
      is_credit boolean not null, amount bigint not null,
      occurred_at bigint not null, received_at bigint not null,
      method text, terminal_id text, terminal_seq bigint, rest jsonb,
      primary key (merchant_id, business_day, entry_id)
    );
    create table days (
      merchant_id text, business_day date,
      credits bigint not null, debits bigint not null, entry_count bigint not null,
      primary key (merchant_id, business_day)
    ) with (fillfactor = 50);
  `)
}

/**
 * One statement, and so one transaction. It inserts the new entries and adds only these to the days. The rows are sorted,
 * so that two writers never wait for each other in a circle.
 */
export const COUNT_ENTRIES = `
  with arrived as (
    select * from unnest(
      $1::text[], $2::date[], $3::text[], $4::boolean[], $5::bigint[], $6::bigint[], $7::bigint[],
      $8::text[], $9::text[], $10::bigint[], $11::jsonb[])
  ), counted as (
    insert into entries select * from arrived order by 1, 2, 3
    on conflict do nothing
    returning merchant_id, business_day, is_credit, amount
  )
  insert into days as day
  select merchant_id, business_day,
    coalesce(sum(amount) filter (where is_credit), 0), coalesce(sum(amount) filter (where not is_credit), 0), count(*)
  from counted group by 1, 2 order by 1, 2
  on conflict (merchant_id, business_day) do update set
    credits = day.credits + excluded.credits,
    debits = day.debits + excluded.debits,
    entry_count = day.entry_count + excluded.entry_count`

export const readTotals = async (client: Client, merchants: readonly string[]): Promise<Map<string, Totals>> => {
  const { rows } = await client.query<Record<string, string>>(
    'select merchant_id, sum(entry_count) as n, sum(credits) as c, sum(debits) as d from days ' +
      'where merchant_id = any($1) group by 1',
    [merchants],
  )
  return new Map(
    rows.map(({ merchant_id = '', n, c, d }) => [
      merchant_id,
      { entryCount: Number(n), credits: Number(c), debits: Number(d) },
    ]),
  )
}
