import { sealKey, sealText, type Seals } from '#ledger/seal'

/** Objects by their keys. Tests alter them, as nothing of ours does. */
export type MemorySeals = Seals & { readonly objects: Map<string, string> }

export const memorySeals = (): MemorySeals => {
  const objects = new Map<string, string>()
  return {
    objects,
    async keep(seal) {
      const key = sealKey(seal)
      if (!objects.has(key)) objects.set(key, sealText(seal))
      return objects.get(key) === sealText(seal) ? 'kept' : 'another'
    },
    async read(name) {
      return objects.get(sealKey(name))
    },
  }
}
