import { describe, expect, test } from 'vitest'
import {
  parseQuarantinePlace,
  quarantinePlace,
  quarantineState,
  type QuarantineAction,
  type QuarantineOutline,
} from '#ledger/quarantine'
import { aSetAside, anEntry, entryId } from '../builders.ts'

const entry = anEntry()
const other = anEntry({ entryId: entryId('e2') })
const setAside = aSetAside({ entry })
const place = (sequenceNumber: string) => ({ ...setAside.position, sequenceNumber })

const act = { by: 'ana', from: '192.0.2.1', atMs: 0 }
const begun = (of = entry): QuarantineAction => ({ ...act, action: 'replay-begun', entry: of })
const replayed = (at: string): QuarantineAction => ({ ...act, action: 'replayed', position: place(at) })
const discarded: QuarantineAction = { ...act, action: 'discarded', reason: 'twice' }

const item = (actions: readonly QuarantineAction[], lastAt = '100') =>
  ({ ...setAside, actions, lastPosition: place(lastAt) }) as unknown as QuarantineOutline

describe('an item in quarantine', () => {
  test.each<{ given: string; of: QuarantineOutline; is: string }>([
    { given: 'nothing was done', of: item([]), is: 'waiting' },
    { given: 'a replay was begun', of: item([begun()]), is: 'waiting' },
    { given: 'it was replayed', of: item([begun(), replayed('200')]), is: 'replayed' },
    { given: 'a copy from before the replay came again', of: item([begun(), replayed('200')], '199'), is: 'replayed' },
    { given: 'the replay itself was set aside', of: item([begun(), replayed('200')], '200'), is: 'waiting' },
    { given: 'it came back after the replay', of: item([begun(), replayed('200')], '201'), is: 'waiting' },
    { given: 'another content was replayed for it', of: item([begun(other), replayed('200')], '201'), is: 'replayed' },
    { given: 'it was discarded', of: item([discarded]), is: 'discarded' },
    { given: 'it came again after it was discarded', of: item([discarded], '300'), is: 'discarded' },
  ])('is $is when $given', ({ of, is }) => {
    expect(quarantineState(of).status).toBe(is)
  })

  test.each([{ actions: [replayed('200')] }, { actions: [discarded, replayed('200')] }])(
    'with a replay that was never begun is an error, not a guess',
    ({ actions }) => {
      expect(() => quarantineState(item(actions))).toThrow('never begun')
    },
  )
})

describe('the place at which a page of quarantine ends', () => {
  const key = { scope: 'm1', item: '2026-11-20#e1#0' }

  test('is read as the key that it was made of', () => {
    expect(parseQuarantinePlace(quarantinePlace(key))).toEqual({ ok: true, value: key })
  })

  test.each([
    { what: 'nothing', text: '' },
    { what: 'no item', text: 'm1' },
    { what: 'an empty item', text: 'm1\n' },
    { what: 'no scope', text: '\nitem' },
    { what: 'a third line', text: 'm1\nitem\nmore' },
    { what: 'more than 1,000 characters', text: `m1\n${'x'.repeat(998)}` },
  ])('is refused when it has $what', ({ text }) => {
    expect(parseQuarantinePlace(text)).toEqual({ ok: false, error: 'not-a-place' })
  })
})
