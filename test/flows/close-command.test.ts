/** `npm run close`: what it prints and answers, over a system in memory. */
import { expect, test } from 'vitest'
import { closeCommand } from '#operations/close'
import { CLOSE_USAGE } from '#operations/close-arguments'
import type { Entry } from '#ledger/entry'
import { anEntry, day, entryId, merchantId } from '../builders.ts'
import { runIn } from '../operations/run.ts'
import { aSystem } from './a-system.ts'

const sale = (id: string, of: string, amountMinor: bigint, given: Partial<Entry> = {}): Entry => {
  const occurredAtMs = Date.parse(`${of}T09:30:00-03:00`)
  return anEntry({
    entryId: entryId(id),
    businessDay: day(of),
    occurredAtMs,
    receivedAtMs: occurredAtMs,
    amountMinor,
    ...given,
  })
}

const given = async () => {
  const system = await aSystem()
  const world = { ...system.books, ...system.world, auditTrail: system.auditTrail }
  const close = (...args: string[]) =>
    runIn(
      closeCommand(() => world),
      CLOSE_USAGE,
      args,
    )
  await system.send(
    sale('a', '2026-11-16', 500n),
    sale('b', '2026-11-18', 30n),
    sale('c', '2026-11-16', 7n, { merchantId: merchantId('m2') }),
  )
  return { ...system, close }
}

test('it says which books it has closed, and the second time that there is nothing to do', async () => {
  const { close } = await given()
  expect(await close('--day', '2026-11-18')).toEqual({
    exit: 0,
    printed: [
      '✓ 2026-11-16  2 books closed',
      '✓ 2026-11-18  1 book closed',
      '',
      'Every day up to 2026-11-18 is closed, of 2 merchants.',
    ].join('\n'),
    complained: '',
  })
  expect(await close('--day', '2026-11-18')).toMatchObject({
    exit: 0,
    printed: 'Every day up to 2026-11-18 is closed, of 2 merchants.',
  })
})

test('it names each day that stays open, why, and what to do', async () => {
  const { close, archive } = await given()
  archive.alter = (cell) => (cell === 'a' ? 'other' : cell)
  const { exit, printed } = await close('--day', '2026-11-18')
  expect(exit).toBe(1)
  expect(printed.split('\n')).toEqual([
    '✗ 2026-11-16  1 book closed, 1 open',
    '    m1: not equal: archive: other at shardId-000000000000 1 0: its texts were altered between the archive and this program',
    '✗ 2026-11-18  0 books closed, 1 open',
    '    m1: an earlier day stays open',
    '',
    '2 days stay open up to 2026-11-18, of 2 merchants. What waits is closed by a later run; what is not equal needs a ' +
      'person: npm run reconcile -- --day DAY.',
  ])
})

test('it closes one merchant alone, and answers as JSON', async () => {
  const { close, books } = await given()
  const { exit, printed } = await close('--day', '2026-11-17', '--merchant', 'm2', '--json')
  expect(exit).toBe(0)
  expect(JSON.parse(printed)).toEqual({
    day: '2026-11-17',
    merchants: 1,
    days: [{ merchantId: 'm2', businessDay: '2026-11-16', status: 'closed' }],
  })
  expect(await books.heads.read(merchantId('m1'))).toMatchObject({ closedThrough: null })
})

test.each([
  { args: [], says: 'Missing --day: the last business day to close, for example 2026-11-20.' },
  { args: ['--day', '2026-02-30'], says: '2026-02-30 is not a day. Write it like 2026-11-20.' },
  // It is noon of the 20th in São Paulo, and the 21st in Kiritimati.
  { args: ['--day', '2026-11-22'], says: '2026-11-22 has not begun anywhere. Check --day.' },
  { args: ['--day', '2026-11-18', '--merchant', 'm9'], says: 'No merchant is registered as m9. Check --merchant.' },
  { args: ['--day', '2026-11-18', '--merchant', 'a b'], says: "a b is not a merchant's id: an id must be" },
])('it refuses $args', async ({ args, says }) => {
  const { close } = await given()
  const { exit, complained } = await close(...args)
  expect(exit).toBe(2)
  expect(complained).toContain(says)
})
