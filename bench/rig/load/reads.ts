/** A load of queries, as the generator's process sends them. */
import { connectionsTo, type Answer } from './connection.ts'
import { atConstantRate } from './pace.ts'

export type Reads = {
  readonly kind: 'reads'
  readonly queryUrl: string
  readonly token: string
  /** The paths, which are read in turn. */
  readonly paths: readonly string[]
  readonly perSecond: number
  readonly forMs: number
  readonly warmUpMs: number
}

export type ReadOutcome = {
  /** From the scheduled moment to the answer 200, after the warm-up. */
  readonly answeredMs: readonly number[]
  readonly errors: number
}

export const read = async ({ queryUrl, token, paths, perSecond, forMs, warmUpMs }: Reads): Promise<ReadOutcome> => {
  const query = connectionsTo(queryUrl, token)
  const measureFromMs = performance.now() + warmUpMs
  const answeredMs: number[] = []
  let errors = 0
  let next = 0
  await atConstantRate({ perSecond, forMs: warmUpMs + forMs }, async (scheduledAtMs) => {
    const path = paths[next++ % paths.length] ?? '/'
    const { status } = await query.send({ method: 'GET', path }).catch((): Answer => ({ status: 0, body: '' }))
    if (status !== 200) errors += 1
    else if (scheduledAtMs >= measureFromMs) answeredMs.push(performance.now() - scheduledAtMs)
  })
  query.close()
  return { answeredMs, errors }
}
