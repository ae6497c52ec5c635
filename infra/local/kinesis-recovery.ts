import { setTimeout as sleep } from 'node:timers/promises'
import database from 'kinesalite/db/index.js'

/**
 * kinesalite leaves the states CREATING and UPDATING by a timer in memory. When it is killed before that, a stream would
 * stay in that state for ever. So before it serves again, this removes half-created streams and undoes splits, merges
 * and deletions that were not finished. The caller asks for the change again.
 */
export const finishInterruptedChanges = async (
  path: string,
  { patienceMs = 10_000 }: { readonly patienceMs?: number } = {},
): Promise<void> => {
  // Where LevelDB finds a damaged block, its iterator neither ends nor fails, and Node would end without a reason.
  const stuck = new AbortController()
  const late = sleep(patienceMs, undefined, { signal: stuck.signal }).then(() => {
    throw new Error(
      `The database of the stream in ${path} is damaged: reading it comes to no end within ${patienceMs} ms.`,
    )
  })
  await Promise.race([late, finishChanges(path)]).finally(() => stuck.abort())
}

const finishChanges = async (path: string): Promise<void> => {
  const { db, metaDb } = database.create({ path })
  await db.open()
  try {
    for await (const { key, value } of metaDb.createReadStream()) {
      if (value.StreamStatus === 'CREATING') await metaDb.del(key)
      else if (value.StreamStatus !== 'ACTIVE') await metaDb.put(key, { ...value, StreamStatus: 'ACTIVE' })
    }
  } finally {
    await db.close()
  }
}
