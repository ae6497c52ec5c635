import { globSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

/** What answers by the zone data, or the time zone, of the machine that it runs on. */
const ASKS_THE_MACHINE =
  /DateTimeFormat|supportedValuesOf|toLocale(Date|Time)String|\bTemporal\b|getTimezoneOffset|\.[gs]et(FullYear|Month|Date|Day|Hours|Minutes|Seconds)\(|AT TIME ZONE|at_timezone/i

test('no file asks the machine for a time zone: another one with other zone data would give an entry another day', () => {
  const files = globSync(
    '{ledger,wire,http,adapters,ingest,processors,query-api,operations,infra,sql,bench,test/zones}/**/*.{ts,js,html,sql}',
  )
  const strays = files.flatMap((file) =>
    readFileSync(file, 'utf8')
      .split('\n')
      .flatMap((line, index) => (ASKS_THE_MACHINE.test(line) ? [`${file}:${index + 1} ${line.trim()}`] : [])),
  )
  expect(files.length).toBeGreaterThan(200)
  expect(strays).toEqual([])
})
