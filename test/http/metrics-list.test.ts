import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { memoryEntryStream } from '#adapters/entry-stream/memory-entry-stream'
import { memoryMerchants } from '#adapters/merchants/memory-merchants'
import { memoryQuarantine } from '#adapters/quarantine/memory-quarantine'
import { ianaZones } from '#adapters/zones/iana-zones'
import { metricsRegistry, processRegistry, type Registry } from '#http/metrics'
import { ALLOWED } from '#test/access'
import { ingest } from '#ingest/ingest'
import { aQueryApi } from './query-fixtures.ts'

/** What docs/metrics.md says of a metric, a row of its tables. */
type Row = { readonly name: string; readonly type: string; readonly labels: string; readonly meaning: string }

test('docs/metrics.md lists every metric that the services have, and no other', () => {
  const ofIngest = processRegistry()
  ingest({
    access: ALLOWED,
    zones: ianaZones,
    quarantine: memoryQuarantine(),
    stream: memoryEntryStream(),
    merchants: memoryMerchants([]),
    log: { error() {}, warn() {} },
    registry: ofIngest,
  })
  const ofQuery = metricsRegistry()
  aQueryApi({ registry: ofQuery })

  const declared = new Map([...rowsOf(ofIngest), ...rowsOf(ofQuery)].map((row) => [row.name, row]))
  const documented = new Map(documentedRows().map((row) => [row.name, row]))
  expect(Object.fromEntries(documented)).toEqual(Object.fromEntries(declared))
})

const rowsOf = (registry: Registry): Row[] =>
  registry.getMetricsAsArray().map((metric) => {
    const { name, type, labelNames, help } = metric as unknown as Declared
    return { name, type, labels: labelNames.join(', '), meaning: help }
  })

// The library's types leave out the half of what it answers.
type Declared = { name: string; type: string; labelNames: readonly string[]; help: string }

const documentedRows = (): Row[] =>
  readFileSync('docs/metrics.md', 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => {
      const [, name = '', type = '', labels = '', meaning = ''] = line.split('|').map((cell) => cell.trim())
      return { name: name.replaceAll('`', ''), type, labels, meaning }
    })
