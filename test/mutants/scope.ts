/** Which code is mutated, and which tests run against it. */
import { globSync, readFileSync } from 'node:fs'

/** Files of code, in the order in which the report lists their folders. */
export const scope = (): string[] =>
  globSync([
    'ledger/**/*.ts',
    'processors/journal/*.ts',
    'processors/archive/*.ts',
    'ingest/{stream-writer,backlog,pending-writes,guarded-stream}.ts',
    'wire/journal/*.ts',
    'wire/stream/*.ts',
    'http/access.ts',
    'query-api/granted-lists.ts',
  ]).filter((file) => !/\.(lambda|server)\.ts$/.test(file))

/**
 * Tests within one process. Those of the local system and of stores that run beside the tests are left out: a mutant that
 * survives here may still be noticed by them.
 */
export const testFiles = (): string[] =>
  [...globSync('test/{rules,http,flows,operations}/*.test.ts'), SIMULATION]
    .filter((file) => !SLOW.test(readFileSync(file, 'utf8')) && !OF_OTHER_THINGS.test(file))
    .toSorted()

const SLOW = /running-system|test-services|local-s3|contracts\/adapters|\b(spawn|startTestServices|useRunningSystem)\b/

/** Of the measurements, the published documents, HTTP itself and the register: other tests look at what is mutated. */
const OF_OTHER_THINGS =
  /\/(bench-|openapi|docs-pages|demo-client|zone-data|api-gateway|client-address|cors|metrics-|nothing-leaks|raw-problem|security-headers|generated-|query-live|query-shared|ingest-serve|ingest-stream-socket|ingest-time-limit|rebuild|reconcile-day)/

/** A few short histories of the simulation, in this process. */
const SIMULATION = 'test/mutants/short-simulation.ts'
