/** The probes of a process that serves nothing else. */
import { Hono } from 'hono'
import { jsonResponse, problemResponse } from '#wire/http/problem'
import type { ServiceEnv } from './context.ts'
import { onlyMethods } from './methods.ts'
import { readiness, type Need } from './readiness.ts'
import { requestIdOf } from './request-id.ts'
import { secure } from './security-headers.ts'

type ProbeParts = {
  readonly needs: readonly Need[]
  /** The loops of the process that do not move any more. */
  readonly stalled: () => readonly StalledLoop[]
  readonly log: { error(details: object, message: string): void }
}

export type StalledLoop = { readonly name: string; readonly forMs: number }

/** `/healthz` says whether the process works, `/readyz` whether what it needs can be used. */
export const probes = ({ needs, stalled, log }: ProbeParts): Hono<ServiceEnv> => {
  const app = new Hono<ServiceEnv>()
  const answerReady = readiness(needs, log)
  app.use(async (c, next) => {
    c.set('requestId', requestIdOf(c.req.header('x-request-id')))
    await next()
    c.res.headers.set('x-request-id', c.get('requestId'))
    secure(c.res.headers, false)
  })
  app.get('/healthz', () => {
    const loops = stalled().map(({ name, forMs }) => ({ name, secondsWithoutMove: Math.floor(forMs / 1_000) }))
    return loops.length === 0 ? jsonResponse({ status: 'ok' }) : jsonResponse({ status: 'stalled', loops }, 503)
  })
  app.get('/readyz', answerReady)
  for (const path of ['/healthz', '/readyz']) app.all(path, onlyMethods('GET', 'HEAD'))
  app.notFound((c) =>
    problemResponse({ code: 'not-found', detail: 'Only /healthz and /readyz are here.' }, c.get('requestId')),
  )
  return app
}
