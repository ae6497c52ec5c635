/**
 * Knows what must be true of the decisions of operators. An item's actions only grow, in the order that
 * `quarantineState` allows; an entry is put on the stream only for a replay that was noted as begun; what an operator was
 * answered is so; and each event that is told of a decision says what an action of the item says.
 */
import type { Entry } from '#ledger/entry'
import type { Position } from '#ledger/identifiers'
import type { Quarantine } from '#ledger/ports'
import { quarantineKey, quarantinePlace, type Quarantined, type QuarantineAction } from '#ledger/quarantine'
import { quarantineId } from '#wire/http/quarantine-id'
import type { Decided } from '#wire/http/responses/quarantine'
import { contentOf } from './content.ts'

type Must = (holds: boolean, otherwise: string) => void

export class DecisionsOracle {
  readonly #must: Must
  /** Every item as it was last stored, by its place. */
  readonly #items = new Map<string, Quarantined>()
  readonly #placesById = new Map<string, string>()
  /** The events of operators' decisions that stand on the stream. */
  readonly #told = new Set<string>()
  readonly #unpublished = new WeakSet<Decided>()

  constructor(must: Must) {
    this.#must = must
  }

  /** The quarantine, with an eye on what is stored in it. */
  watched(quarantine: Quarantine): Quarantine {
    return {
      ...quarantine,
      setAside: async (item) => {
        await quarantine.setAside(item)
        await this.noteStored(quarantine, item)
      },
      note: async (item, action) => {
        const outcome = await quarantine.note(item, action)
        if (outcome === 'noted') await this.noteStored(quarantine, item)
        return outcome
      },
    }
  }

  /** The items, the earliest first. */
  get items(): readonly Quarantined[] {
    return [...this.#items.values()]
  }

  /** An operator's entry is about to be put on the stream. */
  notePut(entry: Entry): void {
    const isBegun = this.items.some(({ actions }) =>
      actions.some((action) => action.action === 'replay-begun' && contentOf(action.entry) === contentOf(entry)),
    )
    this.#must(isBegun, `${entry.entryId} is put on the stream and no replay of it was begun`)
  }

  noteUnpublished = (_error: unknown, decided: Decided): void => {
    this.#unpublished.add(decided)
  }

  /** An operator was told what came of a request. `wanted` is the entry of a replay, or the reason of a discard. */
  noteAnswered(decided: Decided, wanted: Entry | string): void {
    const { item, by, atMs } = decided
    const stored = this.#items.get(placeOf(item))
    const name = nameOf(item)
    const matches = (action: QuarantineAction): boolean => action.by === by && action.atMs === atMs
    if (decided.status === 'discarded') {
      const last = stored?.actions.at(-1)
      const isSo = last?.action === 'discarded' && matches(last) && last.reason === decided.reason
      this.#must(isSo && wanted === decided.reason, `${name} was answered to be discarded and is not`)
    } else {
      const { entry, position } = decided.replayedAs
      const at = stored?.actions.findIndex((one) => one.action === 'replayed' && isSamePlace(one.position, position))
      const begun = stored?.actions[(at ?? 0) - 1]
      const isSo = begun?.action === 'replay-begun' && contentOf(begun.entry) === contentOf(entry)
      const isWanted = typeof wanted !== 'string' && contentOf(entry) === contentOf(wanted)
      this.#must(isSo && isWanted, `${name} was answered to be replayed and is not, or as another entry`)
    }
    if (this.#unpublished.has(decided)) return
    const count = decided.status === 'replayed' ? 2 : 1
    for (let number = item.actions.length; number > item.actions.length - count; number -= 1) {
      const id = `${quarantineId(quarantineKey(item))}.${number}`
      this.#must(this.#told.has(id), `the decision ${id} was answered and is not on the stream`)
    }
  }

  /** An event of an operator's decision stands on the stream. */
  noteTold(eventId: string, kind: string, body: object): void {
    const [, id = '', number] = /^(.*)\.(\d+)$/.exec(eventId) ?? []
    const action = this.#items.get(this.#placesById.get(id) ?? '')?.actions[Number(number) - 1]
    const { by } = body as { readonly by: unknown }
    const isSo = action !== undefined && kind === `quarantine.${action.action}` && by === action.by
    this.#must(isSo, `${eventId}, ${kind}, is told and not so`)
    this.#told.add(eventId)
  }

  /** An item was stored. */
  async noteStored(quarantine: Quarantine, item: Pick<Quarantined, 'subject' | 'position'>): Promise<void> {
    const stored = await quarantine.find(quarantineKey(item))
    if (stored === undefined) return this.#must(false, 'an item is gone that was just stored')
    const place = placeOf(stored)
    const before = this.#items.get(place)?.actions ?? []
    const hasGrown = before.every((action, index) => stored.actions[index] === action)
    this.#must(hasGrown, `${nameOf(stored)} has lost actions`)
    if (stored.actions.length > before.length) this.#checkActions(stored)
    this.#items.set(place, stored)
    this.#placesById.set(quarantineId(quarantineKey(stored)), place)
  }

  /** Checks that the last action may follow the one before it. */
  #checkActions(item: Quarantined): void {
    const { actions, subject, lastPosition } = item
    const [begun, before, last] = [actions.at(-3), actions.at(-2), actions.at(-1)]
    const follows = `${before?.action ?? 'nothing'}, ${last?.action}`
    const isAllowed = [
      'nothing, replay-begun',
      'nothing, discarded',
      'replay-begun, replayed',
      'replayed, replay-begun',
      'replayed, discarded',
    ].includes(follows)
    this.#must(isAllowed, `${nameOf(item)} has these actions one after the other: ${follows}`)
    if (before?.action !== 'replayed') return
    const isSame =
      begun?.action === 'replay-begun' && subject !== 'unreadable' && contentOf(begun.entry) === contentOf(subject)
    const cameBack = isSame && !isBefore(lastPosition, before.position)
    this.#must(cameBack, `${nameOf(item)} was decided again, and its replay has not come back`)
  }
}

const placeOf = (item: Pick<Quarantined, 'subject' | 'position' | 'key'>): string =>
  quarantinePlace(quarantineKey(item))

const nameOf = ({ subject, position }: Pick<Quarantined, 'subject' | 'position'>): string =>
  subject === 'unreadable' ? `the record at ${position.sequenceNumber}` : `${subject.merchantId} ${subject.entryId}`

const isSamePlace = (a: Position, b: Position): boolean =>
  a.shardId === b.shardId && a.sequenceNumber === b.sequenceNumber && a.index === b.index

// The numbers of a stream rise across its shards.
const isBefore = (a: Position, b: Position): boolean =>
  a.sequenceNumber === b.sequenceNumber ? a.index < b.index : BigInt(a.sequenceNumber) < BigInt(b.sequenceNumber)
