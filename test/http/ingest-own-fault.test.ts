import { expect, test, vi } from 'vitest'
import { anIngest, SALE } from './ingest-fixtures.ts'

// Bugs of ours that one entry brings out: where its day is found, and where its line is written.
vi.mock(import('#ledger/calendar'), async (importOriginal) => {
  const original = await importOriginal()
  return {
    ...original,
    stampDay: (calendar, atMs) => {
      if (atMs === Date.parse('2026-11-20T09:59:59Z')) throw new TypeError('a bug')
      return original.stampDay(calendar, atMs)
    },
  }
})
vi.mock(import('#wire/stream/record'), async (importOriginal) => {
  const original = await importOriginal()
  return {
    ...original,
    entryLine: (entry) => {
      if (entry.description === 'brings-out-the-bug') throw new TypeError('a bug')
      return original.entryLine(entry)
    },
  }
})

const sale = (entryId: string, given: object = {}) => ({
  ...SALE,
  entryId,
  occurredAt: '2026-11-20T09:30:00Z',
  ...given,
})

test.each([
  { where: 'its day is found', given: { occurredAt: '2026-11-20T09:59:59Z' } },
  { where: 'its line is written', given: { description: 'brings-out-the-bug' } },
])('an entry on which our own code fails where $where is answered 500, and its neighbours 202', async ({ given }) => {
  const { post, log } = anIngest({ clock: () => Date.parse('2026-11-20T12:00:00Z') })
  const response = await post('/v1/entries/batch', { entries: [sale('a'), sale('b', given), sale('c')] })
  expect(response.status).toBe(207)
  expect(await response.json()).toMatchObject({
    accepted: 2,
    rejected: 1,
    results: [
      { entryId: 'a', status: 'accepted' },
      { entryId: 'b', status: 'rejected', problem: { status: 500, code: 'unexpected-error' } },
      { entryId: 'c', status: 'accepted' },
    ],
  })
  expect(log.error).toHaveBeenCalledTimes(1)
  const alone = await post('/v1/entries', sale('b', given))
  expect(alone.status).toBe(500)
})
