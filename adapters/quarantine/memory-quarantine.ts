import type { Quarantine } from '#ledger/ports'
import { entryItemPrefix, keptDetail, quarantineKey, type Quarantined } from '#ledger/quarantine'
import { pageOf } from '../page-of.ts'
import { keyText, quarantinePage } from './quarantine-page.ts'

export const memoryQuarantine = (): Quarantine => {
  const items = new Map<string, Quarantined>()
  const keyOf = (item: Pick<Quarantined, 'subject' | 'position'>): string => keyText(quarantineKey(item))
  return {
    async setAside(item) {
      const key = keyOf(item)
      if (!items.has(key)) items.set(key, { ...item, detail: keptDetail(item.detail), status: 'waiting' })
    },
    async list({ merchantId, reason }, { limit, ...from }) {
      const wanted = [...items.values()].filter(
        (item) =>
          (merchantId === undefined || quarantineKey(item).scope === merchantId) &&
          (reason === undefined || item.reason === reason),
      )
      return quarantinePage(pageOf(wanted, keyOf, { ...from, limit: Infinity }).items, limit)
    },
    async ofEntry({ merchantId, day }, entryId) {
      const prefix = `${merchantId}\n${entryItemPrefix(day, entryId)}`
      return [...items].filter(([key]) => key.startsWith(prefix)).map(([, item]) => item)
    },
  }
}
