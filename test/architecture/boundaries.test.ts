import { globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'

/** What each folder may import: our folders, and packages. Every folder may import itself; only ledger not all of node. */
const MAY_IMPORT: Record<string, RegExp> = {
  ledger: /^node:crypto$/,
  wire: /^(#ledger\/|zod$|node:)/,
  http: /^(#wire\/|hono\b|@hono\/node-server$|pino$|node:)/,
  adapters: /^(#ledger\/|#wire\/|@aws-sdk\/|@smithy\/|@duckdb\/node-api\b|moment-timezone\/data\/|node:)/,
  ingest: /^(#ledger\/|#wire\/|#http\/|hono\b|cockatiel$|node:)/,
  processors: /^(#ledger\/|#wire\/|aws-lambda$|node:)/,
  operations: /^(?!#test\/)/,
  'query-api': /^(#ledger\/|#wire\/|#http\/|hono\b|node:)/,
}

/** Deployables put the pieces together, so they alone may also import adapters, and what speaks to the outside. */
const DEPLOYABLE = /\.(lambda|server)\.ts$/
const DEPLOYABLES_ALSO = /^(#adapters\/|#http\/|#infra\/settings$|pino$)/

/** Where a service's metrics are declared. Everywhere else they are hooks that take plain values. */
const METRICS = /\/metrics\.ts$/
const METRICS_ALSO = /^prom-client$/

test.each(Object.keys(MAY_IMPORT))('%s imports only what it may', (folder) => {
  const strays = globSync(`${folder}/**/*.ts`).flatMap((file) =>
    importsOf(file)
      .map((from) => (from.startsWith('.') ? `#${join(dirname(file), from)}` : from))
      .filter((from) => !from.startsWith(`#${folder}/`))
      .filter((from) => !MAY_IMPORT[folder]?.test(from))
      .filter((from) => !(DEPLOYABLE.test(file) && DEPLOYABLES_ALSO.test(from)))
      .filter((from) => !(METRICS.test(file) && METRICS_ALSO.test(from)))
      .map((from) => `${file} imports ${from}`),
  )
  expect(strays, 'docs/ARCHITECTURE.md says which folder may import which').toEqual([])
})

test('nothing imports a deployable, but for the local system that hosts one as Lambda would', () => {
  const strays = globSync('**/*.ts', {
    exclude: ['node_modules/**', 'infra/local/consumers.server.ts', 'test/**', 'bench/**'],
  })
    .flatMap((file) => importsOf(file).map((from) => `${file} imports ${from}`))
    .filter((line) => /\.(lambda|server)(\.ts)?$/.test(line))
  expect(strays).toEqual([])
})

const importsOf = (file: string): string[] =>
  [...readFileSync(file, 'utf8').matchAll(/(?:\bfrom |^import |\bimport\()'([^']+)'/gm)].map(([, from = '']) => from)
