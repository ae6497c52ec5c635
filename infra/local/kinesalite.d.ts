// kinesalite ships no types; these are the parts we use.
declare module 'kinesalite' {
  import type { Server } from 'node:http'

  export type Options = {
    path?: string
    createStreamMs?: number
    deleteStreamMs?: number
    updateStreamMs?: number
    shardLimit?: number
  }
  export default function kinesalite(options: Options): Server
}

declare module 'kinesalite/db/index.js' {
  export type Stream = { StreamStatus: 'CREATING' | 'ACTIVE' | 'UPDATING' | 'DELETING' }
  export type Store = {
    db: { open(): Promise<void>; close(): Promise<void> }
    metaDb: {
      createReadStream(): AsyncIterable<{ key: string; value: Stream }>
      put(key: string, stream: Stream): Promise<void>
      del(key: string): Promise<void>
    }
  }
  const database: { create(options: { path: string }): Store }
  export default database
}
