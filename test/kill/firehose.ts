/**
 * npm run test:kill:firehose -- [--kills N] [--seed S]
 *
 * Writers put rows into the local Firehose as fast as it takes them, while Firehose and S3 are killed, N times in all.
 * At the end every row that was acknowledged stands in the archive once, and each other one at most once.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { FirehoseClient, PutRecordBatchCommand } from '@aws-sdk/client-firehose'
import { eventually } from '#infra/local/retry'
import { s3Client } from '#adapters/aws/s3'
import { startTestServices } from '#infra/local/test-services'
import { anEntryRow, recordOf } from '#test/infra/archived-rows'
import { readOptions, wholeNumber } from '#test/script-arguments'
import { seededRandom } from '#test/simulation/random'
import { readArchive } from './archive.ts'

const WRITERS = 4

const USAGE = 'npm run test:kill:firehose -- [--kills N] [--seed S]'
const values = readOptions({ kills: { type: 'string', default: '40' }, seed: { type: 'string', default: '1' } }, USAGE)
const kills = wholeNumber('--kills', values.kills, USAGE)
const random = seededRandom(wholeNumber('--seed', values.seed, USAGE))
const folder = mkdtempSync(join(tmpdir(), 'daybook-firehose-kill-'))
const services = await startTestServices({ folder })
const firehose = new FirehoseClient({ maxAttempts: 1 })

/** Each row has its own position and is put once, even when its call fails. */
const acknowledged = new Set<string>()
let unanswered = 0
const stopping = new AbortController()
const writers = Array.from({ length: WRITERS }, (_, index) => write(`shardId-${index}`))
for (let kill = 0; kill < kills; kill += 1) await strike()
stopping.abort()
await Promise.all(writers)
await eventually(
  async () => {
    await firehose.send(new PutRecordBatchCommand({ DeliveryStreamName: 'daybook-entries', Records: [nothing()] }))
    return true
  },
  { timeoutMs: 20_000 },
)
// SIGTERM would deliver the remaining rows, but S3 would end at the same time.
await eventually(async () => ((await archivedPositions()).length >= acknowledged.size ? true : undefined), {
  timeoutMs: 30_000,
  everyMs: 500,
}).catch(() => {})

const archived = await archivedPositions()
await services.stop()
const distinct = new Set(archived)
const missing = acknowledged.difference(distinct)
console.log(
  `${kills} kills: ${acknowledged.size} rows acknowledged, ${unanswered} calls without an answer, ` +
    `${archived.length} rows in S3, ${archived.length - distinct.size} of them twice, ${missing.size} missing`,
)
if (missing.size > 0 || archived.length !== distinct.size || unanswered === 0) {
  console.error(`FAILED: ${[...missing].slice(0, 10).join(', ')}\nThe data is in ${folder}/`)
  process.exit(1)
}
rmSync(folder, { recursive: true })

/** Some time after rows were acknowledged again, so that each kill hits one that is at work. */
async function strike(): Promise<void> {
  const before = acknowledged.size
  await eventually(async () => acknowledged.size > before || undefined, { timeoutMs: 20_000 })
  await sleep(random.below(2_000))
  const victim = random.chance(0.75) ? 'firehose' : 's3'
  process.kill(await eventually(async () => services.pidOf(victim), { timeoutMs: 20_000 }), 'SIGKILL')
}

async function write(shardId: string): Promise<void> {
  for (let call = 0; !stopping.signal.aborted; call += 1) {
    const rows = Array.from({ length: 200 }, (_, index) =>
      anEntryRow({
        entry_id: `${shardId}-${call}-${index}`,
        business_day: `2026-11-${10 + (index % 3)}`,
        shard_id: shardId,
        sequence_number: String(call),
        record_index: index,
      }),
    )
    const Records = [0, 1, 2].map((day) => ({ Data: recordOf(...rows.filter((_, index) => index % 3 === day)) }))
    try {
      await firehose.send(new PutRecordBatchCommand({ DeliveryStreamName: 'daybook-entries', Records }))
      for (const row of rows) acknowledged.add(positionOf(row))
    } catch {
      unanswered += 1
      await sleep(50)
    }
  }
}

async function archivedPositions(): Promise<string[]> {
  return (await readArchive(s3Client(), 'daybook-archive')).map(positionOf)
}

function positionOf(row: Readonly<Record<string, unknown>>): string {
  return `${String(row['shard_id'])}/${String(row['sequence_number'])}/${String(row['record_index'])}`
}

function nothing() {
  return { Data: Buffer.from('\n') }
}
