/** What `npm start` prints: for people on a terminal, as JSON lines elsewhere, and last when it fails. */
import { expect, test } from 'vitest'
import { jsonOutput, peopleOutput, type Output } from '#infra/local/output'
import { failedServiceText } from '#infra/local/start-failure'

const printedBy = (make: (print: (line: string) => void) => Output, act: (output: Output) => void): string[] => {
  const lines: string[] = []
  act(make((line) => lines.push(line)))
  return lines
}
const forPeople = (act: (output: Output) => void) => printedBy((print) => peopleOutput(print, () => '09:30:00'), act)
const line = (members: object) => JSON.stringify({ level: 30, time: 0, pid: 1, hostname: 'h', name: 'n', ...members })

test.each([
  { given: line({ msg: 'listening', host: '::1', port: 8787 }), shown: 'listening (host ::1, port 8787)' },
  {
    given: line({
      level: 40,
      reason: 'content-conflict',
      merchantId: 'acme',
      entryId: 'sale-1',
      quarantineId: 'WyJh',
      position: { shardId: 's', index: 0 },
      msg: 'set aside',
    }),
    shown: 'warning: set aside (reason content-conflict, merchantId acme, entryId sale-1, quarantineId WyJh)',
  },
  {
    given: line({
      level: 50,
      msg: 'no heartbeat',
      err: { message: 'fetch failed', stack: 'at', cause: { message: 'ECONNREFUSED' } },
    }),
    shown: 'error: no heartbeat: fetch failed: ECONNREFUSED',
  },
  {
    given: line({ level: 60, msg: 'ends', err: { message: '', errors: [{ message: 'connect' }] } }),
    shown: 'error: ends: connect',
  },
  {
    given: line({ level: 40, msg: 'told', detail: 'a\u001b[31mb\nc\u202e' }),
    shown: 'warning: told (detail a\\x1b[31mb\\nc\\u202e)',
  },
  { given: 'Dynoxide listening\u001b[0m', shown: 'Dynoxide listening\\x1b[0m' },
  { given: '{ not a log', shown: '{ not a log' },
])('a person reads $shown', ({ given, shown }) => {
  expect(forPeople((output) => output.child('ingest', given))).toEqual([`09:30:00  ingest     ${shown}`])
})

test('a line without text is not shown to people', () => {
  expect(forPeople((output) => output.child('s3', ''))).toEqual([])
})

test('a program reads one JSON object a line, with the service, and no text for people', () => {
  const lines = printedBy(jsonOutput, (output) => {
    output.child('ingest', line({ msg: 'listening', port: 1 }))
    output.child('s3', 'plain "text"')
    output.tell('daybook', 'warn', 'not ready yet')
    output.forPeople('Try it:')
  })
  expect(lines.map((text) => JSON.parse(text) as object)).toMatchObject([
    { service: 'ingest', level: 30, port: 1, msg: 'listening' },
    { service: 's3', level: 30, msg: 'plain "text"' },
    { service: 'daybook', level: 40, msg: 'not ready yet' },
  ])
})

// Each is what the programs really print: LevelDB, dynoxide, fauxqs over node:sqlite, and Node itself.
test.each([
  {
    said: [line({ level: 60, msg: 'ends', err: { message: 'Corruption: no meta-nextfile entry in descriptor' } })],
    reason: 'Corruption: no meta-nextfile entry in descriptor',
    advice: 'The data is damaged.',
  },
  {
    said: ['error: Database file is encrypted or not a valid SQLite database.'],
    reason: 'error: Database file is encrypted or not a valid SQLite database.',
    advice: 'The data is damaged.',
  },
  {
    said: [line({ level: 60, msg: 'ends', err: { message: 'IO error: d/kinesis/CURRENT: No space left on device' } })],
    reason: 'IO error: d/kinesis/CURRENT: No space left on device',
    advice: 'Free space on that disk',
  },
  {
    said: ['error: Internal error: attempt to write a readonly database'],
    reason: 'error: Internal error: attempt to write a readonly database',
    advice: 'the right to write there',
  },
  {
    said: [line({ level: 60, msg: 'IO error: lock d/kinesis/LOCK: already held by process' })],
    reason: 'IO error: lock d/kinesis/LOCK: already held by process',
    advice: 'Another process has these data open.',
  },
  {
    said: [line({ level: 60, msg: 'Port 8787 on 127.0.0.1 is taken. Choose another.' })],
    reason: 'Port 8787 on 127.0.0.1 is taken. Choose another.',
    advice: 'Another program took the port',
  },
  {
    said: [
      'node:internal/modules/package_json_reader:301',
      "Error [ERR_MODULE_NOT_FOUND]: Cannot find package 'kinesalite' imported from x {",
      "  code: 'ERR_MODULE_NOT_FOUND'",
      '}',
      '',
      'Node.js v24.21.0',
    ],
    reason: "Cannot find package 'kinesalite' imported from x",
    advice: 'Run `npm install`',
  },
  { said: ['out of memory \u001b[31m', ''], reason: 'out of memory \\x1b[31m', advice: 'docs/operations.md' },
  { said: [], reason: 'it printed nothing', advice: 'docs/operations.md' },
])('a start that fails says last: $reason', ({ said, reason, advice }) => {
  const text = failedServiceText({ name: 'kinesis', data: 'd/kinesis', ending: 'exit code 1', said })
  const [head, why, data, toDo] = text.split('\n')
  expect(head).toBe('Daybook could not start, because kinesis cannot run: exit code 1.')
  expect(why).toBe(`  reason   ${reason}`)
  expect(data).toBe('  data     d/kinesis')
  expect(toDo).toContain(advice)
})
