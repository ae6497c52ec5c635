import database from 'kinesalite/db/index.js'

/**
 * kinesalite leaves CREATING or UPDATING by a timer in memory; killed before that, a stream would stay there for ever.
 * So before it serves again: what was not yet created is forgotten, and what was not yet split, merged or deleted is
 * as it was before, for whoever asked for the change to ask again.
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
