/**
 * `npm run bench:rebuild` makes an archive of a million entries of a thousand shops and the live books of the same
 * entries, on its own local services. It runs `npm run rebuild` against them and compares the API with the archive. Exit
 * code 1 when anything differs.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { s3Client } from '#adapters/aws/s3'
import { documentClient } from '#adapters/aws/dynamodb'
import { memoryAuditTrail } from '#adapters/audit-trail/memory-audit-trail'
import { memoryProgress } from '#adapters/progress/memory-progress'
import { provisionTables } from '#infra/local/provision'
import { startTestServices } from '#infra/local/test-services'
import { booksInStore } from '#operations/books-in-store'
import { recordEntries } from '#processors/journal/record-entries'
import { readSettings } from '#infra/settings'
import { cpuMicros, memoryMiB } from '../rig/load/process-usage.ts'
import { compareWithApi } from '../rig/rebuild/compare-api.ts'
import { fill, type Filled } from '../rig/rebuild/fill.ts'

const options = { entries: { type: 'string', default: '1000000' } } as const
const entryCount = Number(parseArgs({ options }).values.entries)
// `npm start` sets the same for the local store, which has one writer.
process.env['BOOKS_AT_ONCE'] ??= '4'

const main = async (folder: string): Promise<number> => {
  const objects = join(folder, 'objects')
  mkdirSync(objects)
  const services = await startTestServices({ folder })
  try {
    const { tables, archiveBucket: bucket, booksAtOnce, bookCacheBytes } = readSettings()
    const client = documentClient()
    await provisionTables(client, tables)
    const live = {
      ...booksInStore(client, tables),
      progress: memoryProgress(),
      auditTrail: memoryAuditTrail(),
      log: { warn() {}, error: console.error },
    }
    const filled = await fill({
      entryCount,
      s3: s3Client(),
      bucket,
      folder: objects,
      process: recordEntries(live, { booksAtOnce, cacheBytes: bookCacheBytes }),
      register: (merchant) => live.merchants.save(merchant),
      onProgress: (entries) => console.log(`${n(entries)} entries archived and counted`),
    })
    print(filled)
    const rebuild = await runRebuild()
    const { exitCode, seconds, cpuSeconds, peakMiB } = rebuild
    const took = `${seconds.toFixed(1)} s, of its own CPU ${cpuSeconds.toFixed(1)} s, peak ${peakMiB.toFixed(0)} MiB`
    console.log(`\nnpm run rebuild: exit code ${exitCode}, ${took}`)
    const differing = await compareWithApi(join(objects, '*.parquet'), DAY, filled.merchants, {
      store: live,
      openShards: async () => [],
    })
    for (const line of differing) console.log(`✗ ${line}`)
    if (differing.length === 0)
      console.log(`✓ the API says of ${n(filled.merchants.length)} books what SQL adds up from the archive`)
    return exitCode === 0 && differing.length === 0 ? 0 : 1
  } finally {
    await services.stop()
  }
}

/** The one business day of all entries. */
const DAY = '2026-11-19'

const print = ({ rows, objects, bytes }: Filled): void => {
  const perRow = (bytes / rows).toFixed(1)
  console.log(`\narchive: ${n(rows)} rows in ${n(objects)} objects, ${n(bytes)} bytes, ${perRow} a row\n`)
}

/** Runs the operator's command itself. */
const runRebuild = async () => {
  const startedAtMs = performance.now()
  const child = spawn(process.execPath, [script('../../operations/rebuild.ts')], { stdio: 'inherit' })
  let [peakMiB, cpuSeconds] = [0, 0]
  const watch = setInterval(() => {
    try {
      peakMiB = memoryMiB(child.pid ?? 0).peak || peakMiB
      cpuSeconds = cpuMicros(child.pid ?? 0) / 1e6
    } catch {
      // The process has just ended.
    }
  }, 100)
  const [exitCode] = (await once(child, 'exit')) as [number | null]
  clearInterval(watch)
  return { exitCode, peakMiB, cpuSeconds, seconds: (performance.now() - startedAtMs) / 1_000 }
}

const script = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const n = (value: number): string => value.toLocaleString('en')

const folder = mkdtempSync(join(tmpdir(), 'daybook-bench-'))
try {
  process.exitCode = await main(folder)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
