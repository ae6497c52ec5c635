import database from 'kinesalite/db/index.js'

/**
 * kinesalite leaves the states CREATING and UPDATING by a timer in memory. When it is killed before that, a stream would
 * stay in that state for ever. So before it serves again, this removes half-created streams and undoes splits, merges
 * and deletions that were not finished. The caller asks for the change again.
 */
export const finishInterruptedChanges = async (path: string): Promise<void> => {
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
