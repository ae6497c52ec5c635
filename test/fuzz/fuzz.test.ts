/** `npm run test:fuzz` in short: some requests to every operation, and bugs that have to be found. */
import { describe, expect, test } from 'vitest'
import { publishedApi } from '#test/http/published-api'
import { fuzzOperation, MOST_HEAP_GROWTH_BYTES, TARGETS, type Target } from './fuzz-operation.ts'
import { valuesOf } from './json-schema.ts'
import { PLANTS } from './plants.ts'

const SEED = 10

describe('every answer to a generated request is as the document says', () => {
  test.each(TARGETS.map((target) => ({ ...target, name: target.operation.operationId })))(
    '$service: $name',
    async (target) => {
      const { failure, statuses } = await fuzzOperation(target, { requests: 100, seed: SEED })
      expect(failure).toBeUndefined()
      // Otherwise nothing was found that could be answered, and only refusals were tried.
      expect([...statuses.keys()].some((status) => status === 200 || status === 202)).toBe(true)
    },
  )
})

const targetOf = (operationId: string): Target => {
  const target = TARGETS.find(({ operation }) => operation.operationId === operationId)
  return target ?? expect.fail(`no operation ${operationId}`)
}

describe('the fuzzer finds', () => {
  test.each(PLANTS)('$bug', async ({ operationId, plant, found }) => {
    const { failure } = await fuzzOperation(targetOf(operationId), { requests: 400, seed: SEED, plant })
    expect(failure?.message).toMatch(found)
  })

  test('memory that every request leaves behind', async () => {
    const kept: Uint8Array[] = []
    const keeping = await fuzzOperation(targetOf('isAlive'), {
      requests: 400,
      seed: SEED,
      measuresHeap: true,
      plant: (app) => ({
        fetch(request) {
          // Ten times the bound in all, so that what else the process frees meanwhile does not hide it.
          kept.push(new Uint8Array(40_960))
          return app.fetch(request)
        },
      }),
    })
    expect(kept.length).toBe(400)
    expect(keeping.heapGrowthBytes).toBeGreaterThan(MOST_HEAP_GROWTH_BYTES)
  })
})

test('a keyword that the fuzzer does not know is refused, so that it cannot be passed over', () => {
  const api = publishedApi({ paths: {}, components: { schemas: {}, headers: {}, parameters: {} } })
  expect(() => valuesOf(api, new Map())({ type: 'integer', multipleOf: 5 })).toThrow('multipleOf')
})
