import type { ArchiveObjects, ArchivePart } from '#ledger/archive'

/** The objects of an archive that does not change. Each question is answered once, and a copy of the answer afterwards. */
export const readOnce = (archive: ArchiveObjects): ArchiveObjects => {
  let decisions: ReturnType<ArchiveObjects['decisions']> | undefined
  const parts = new Map<string, Promise<ArchivePart[]>>()
  return {
    list: () => archive.list(),
    decisions: async () => structuredClone(await (decisions ??= archive.decisions())),
    async *entries(objects, arrived) {
      const question = JSON.stringify([objects.map(({ key }) => key), arrived])
      const answer = parts.get(question) ?? all(archive.entries(objects, arrived))
      parts.set(question, answer)
      yield* structuredClone(await answer)
    },
  }
}

const all = async <T>(parts: AsyncIterable<T>): Promise<T[]> => {
  const found: T[] = []
  for await (const part of parts) found.push(part)
  return found
}
