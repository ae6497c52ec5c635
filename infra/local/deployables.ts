/** The deployables as children of the supervisor, with the settings that this machine needs beside those it has. */
import { fileURLToPath } from 'node:url'
import type { ChildSpec } from './supervisor.ts'

/**
 * Both consumers, and the schedules of the heartbeat and of closing. The local store has a single writer, so few books at a
 * time are fastest. The ports are that of the probes, and that of Step Functions unless the environment names another one.
 */
export const consumers = (
  { probes, sfn }: { readonly probes: number; readonly sfn: number | undefined },
  { BOOKS_AT_ONCE = '4' }: NodeJS.ProcessEnv,
): ChildSpec => ({
  name: 'consumers',
  stage: 2,
  script: pathTo('infra/local/consumers.server.ts'),
  args: ['--port', String(probes), ...(sfn === undefined ? [] : ['--sfn-port', String(sfn)])],
  env: { BOOKS_AT_ONCE },
})

export const queryApi: ChildSpec = { name: 'query-api', stage: 3, script: pathTo('query-api/query-api.server.ts') }

export const ingest = (
  queryUrl: string,
  { NODE_OPTIONS = '', MALLOC_ARENA_MAX = '2' }: NodeJS.ProcessEnv,
): ChildSpec => ({
  name: 'ingest',
  stage: 3,
  script: pathTo('ingest/ingest.server.ts'),
  env: {
    // Less room for garbage: with the default, a long upload takes 60 MB more and is no faster (docs/performance.md).
    NODE_OPTIONS: `${NODE_OPTIONS} --max-semi-space-size=16`.trim(),
    MALLOC_ARENA_MAX,
    QUERY_URL: queryUrl,
  },
})

function pathTo(file: string): string {
  return fileURLToPath(new URL(`../../${file}`, import.meta.url))
}
