import { comparePositions, type BusinessDay } from '#ledger/identifiers'
import type { Quarantine } from '#ledger/ports'
import {
  entryItemPrefix,
  keptDetail,
  quarantineKey,
  quarantinePlace,
  quarantineState,
  type Quarantined,
  type SetAside,
} from '#ledger/quarantine'
import { idsBeginningOf, pageOf } from '#adapters/page-of'
import { quarantinePage } from './quarantine-page.ts'

/** The items by their places. */
export type MemoryItems = Map<string, Quarantined>

const keyOf = (item: Pick<Quarantined, 'subject' | 'position'>): string => quarantinePlace(quarantineKey(item))

/** What `Quarantine.setAside` does. */
export const keepAside = (items: MemoryItems, item: SetAside): void => {
  const key = keyOf(item)
  const { position: lastPosition, reason } = item
  const detail = keptDetail(item.detail)
  const known = items.get(key) ?? { ...item, detail, lastPosition, actions: [] }
  const isLater = comparePositions(lastPosition, known.lastPosition) > 0
  items.set(key, isLater ? { ...known, lastPosition, reason, detail } : known)
}

/** Whether the item has as many actions as it was read with. */
export const hasSameActions = (items: MemoryItems, item: Quarantined): boolean =>
  items.get(keyOf(item))?.actions.length === item.actions.length

/** Notes where the entry of an item counts now. */
export const keepReleased = (items: MemoryItems, item: Quarantined, movedTo: BusinessDay): void => {
  const key = keyOf(item)
  items.set(key, { ...(items.get(key) ?? item), movedTo })
}

export const memoryQuarantine = (items: MemoryItems = new Map()): Quarantine => {
  return {
    async setAside(item) {
      keepAside(items, item)
    },
    async list({ merchantId, reason, status }, { limit, ...from }) {
      const wanted = [...items.values()].filter(
        (item) =>
          (merchantId === undefined || quarantineKey(item).scope === merchantId) &&
          (reason === undefined || item.reason === reason) &&
          (status === undefined || quarantineState(item).status === status),
      )
      return quarantinePage(pageOf(wanted, keyOf, { ...from, limit: Infinity }).items, limit)
    },
    async merchantsBeginning(beginning, page) {
      const merchants = [...items.values()].flatMap(({ subject }) =>
        subject === 'unreadable' ? [] : [subject.merchantId],
      )
      return idsBeginningOf(merchants, beginning, page)
    },
    async ofEntry({ merchantId, day }, entryId, limit) {
      const prefix = `${merchantId}\n${entryItemPrefix(day, entryId)}`
      const ofIt = [...items].filter(([key]) => key.startsWith(prefix)).toSorted(([a], [b]) => (a < b ? -1 : 1))
      return ofIt.slice(0, limit).map(([, { raw: _, ...outline }]) => outline)
    },
    async find(key) {
      return items.get(quarantinePlace(key))
    },
    async note(item, action) {
      const key = keyOf(item)
      const stored = items.get(key)
      if (stored?.actions.length !== item.actions.length) return 'moved'
      items.set(key, { ...stored, actions: [...stored.actions, action] })
      return 'noted'
    },
  }
}
