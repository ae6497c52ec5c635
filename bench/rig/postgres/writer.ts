/**
 * Writes to PostgreSQL in place of the stream, with the same group commit: each connection has one transaction under way,
 * and entries that arrive meanwhile go with the next. A merchant always uses the same connection, because transactions of
 * randomly spread merchants would queue for the rows of the same days.
 */
import type { Client } from 'pg'
import type { StreamWriter } from '#ingest/stream-writer'
import type { Entry } from '#ledger/entry'
import { laneOf } from '#ledger/lanes'
import { ok, refuse } from '#ledger/result'
import { COUNT_ENTRIES } from './schema.ts'

/** More entries would not make a transaction cheaper per entry, and every entry would wait longer. */
const MAX_ENTRIES = 5_000

export const postgresWriter = (clients: readonly Client[]): StreamWriter => {
  const queues = clients.map(writerOf)
  const queueOf = (entry: Entry) => laneOf(entry.merchantId) % queues.length
  return {
    async write(entries) {
      const shares = Map.groupBy(entries, queueOf)
      const isWritten = await Promise.all(queues.map(async (write, queue) => await write(shares.get(queue) ?? [])))
      // The position has no meaning here, because an acknowledged entry is counted already.
      if (!isWritten.includes(false)) return entries.map((_, index) => ok({ ...COUNTED, index }))
      return entries.map(() => refuse('stream-unavailable'))
    },
    waitingMs: () => 0,
    backlog: () => ({ entries: 0, bytes: 0 }),
  }
}

const COUNTED = { shardId: 'postgres', sequenceNumber: '0' }

type Share = { readonly entries: readonly Entry[]; readonly done: (isWritten: boolean) => void }

const writerOf = (client: Client): ((entries: readonly Entry[]) => Promise<boolean>) => {
  let waiting: Share[] = []
  let isWriting = false

  const writeWaiting = async () => {
    if (isWriting) return
    isWriting = true
    while (waiting.length > 0) {
      const shares = take()
      const isWritten = await count(
        client,
        shares.flatMap(({ entries }) => entries),
      )
      for (const { done } of shares) done(isWritten)
    }
    isWriting = false
  }

  const take = (): Share[] => {
    let entries = 0
    const tooMany = waiting.findIndex((share) => (entries += share.entries.length) > MAX_ENTRIES)
    const taken = waiting.slice(0, tooMany < 0 ? waiting.length : Math.max(tooMany, 1))
    waiting = waiting.slice(taken.length)
    return taken
  }

  return async (entries) => {
    if (entries.length === 0) return true
    const { promise, resolve: done } = Promise.withResolvers<boolean>()
    waiting.push({ entries, done })
    void writeWaiting()
    return await promise
  }
}

/** Returns whether the entries are committed. */
const count = async (client: Client, entries: readonly Entry[]): Promise<boolean> => {
  try {
    await client.query({ name: 'count-entries', text: COUNT_ENTRIES, values: columnsOf(entries) })
    return true
  } catch (error) {
    console.error(error)
    return false
  }
}

const columnsOf = (entries: readonly Entry[]): unknown[] => [
  entries.map(({ merchantId }) => merchantId),
  entries.map(({ businessDay }) => businessDay),
  entries.map(({ entryId }) => entryId),
  entries.map(({ direction }) => direction === 'credit'),
  entries.map(({ amountMinor }) => amountMinor),
  entries.map(({ occurredAtMs }) => occurredAtMs),
  entries.map(({ receivedAtMs }) => receivedAtMs),
  entries.map(({ method }) => method ?? null),
  entries.map(({ terminalId }) => terminalId ?? null),
  entries.map(({ terminalSeq }) => terminalSeq ?? null),
  entries.map(restOf),
]

/** The optional fields that usual entries lack. */
const restOf = ({ category, description, reference, reverses, metadata }: Entry): string | null => {
  const rest = JSON.stringify({ category, description, reference, reverses, metadata })
  return rest === '{}' ? null : rest
}
