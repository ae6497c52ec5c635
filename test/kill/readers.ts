/** Readers that always look up the entry that was just acknowledged: with `after=` it must be there. */
import { setTimeout as sleep } from 'node:timers/promises'
import { request } from '#test/flows/client'
import type { RunningSystem } from '#test/flows/running-system'
import type { Findings } from './findings.ts'
import type { Witness } from './witness.ts'

// More than one, for each waits for seconds when the consumers are away.
const READERS = 4

/** Starts reading; answers how to stop, which answers how many entries were found where they had to be. */
export const startReaders = (reading: Reading): (() => Promise<number>) => {
  const stopping = new AbortController()
  const readers = Array.from({ length: READERS }, () => readUntil(stopping.signal, reading))
  return async () => {
    stopping.abort()
    return (await Promise.all(readers)).reduce((sum, found) => sum + found, 0)
  }
}

type Reading = { readonly system: RunningSystem; readonly witness: Witness; readonly findings: Findings }

const readUntil = async (stopping: AbortSignal, { system, witness, findings }: Reading): Promise<number> => {
  let found = 0
  while (!stopping.aborted) {
    await sleep(200)
    if (witness.latest === undefined) continue
    const { sale, position } = witness.latest
    const day = new Date(sale.occurredAt).toISOString().slice(0, 10)
    const path = `/v1/merchants/${sale.merchantId}/days/${day}/entries/${sale.entryId}?after=${position}`
    const answer = await request(system, system.query + path, 'GET').catch(() => undefined)
    if (answer?.status === 200) found += 1
    if (answer?.status === 404) findings.add('not there although acknowledged before `after=`', sale.entryId)
  }
  return found
}
