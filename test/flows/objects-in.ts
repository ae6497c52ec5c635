import type { ObjectStore } from '#adapters/archive-objects/object-store'

/** A store of these objects, by their keys. */
export const objectsIn = (objects: Readonly<Record<string, Uint8Array>>): ObjectStore => ({
  async *list(prefix) {
    for (const [key, { length: bytes }] of Object.entries(objects)) {
      if (key.startsWith(prefix)) yield { key, bytes, storedAtMs: 0 }
    }
  },
  get: async (key) =>
    (async function* () {
      yield objects[key] ?? new Uint8Array()
    })(),
})
