/** The promises of `Closings`, on runs in memory and on our local Step Functions, which runs the very workflow. */
import { randomUUID } from 'node:crypto'
import { ExecutionDoesNotExist, SFNClient } from '@aws-sdk/client-sfn'
import { describe, expect, onTestFinished, test } from 'vitest'
import { memoryClosings } from '#adapters/closings/memory-closings'
import { sfnClosings } from '#adapters/closings/sfn-closings'
import { eventually } from '#infra/local/retry'
import { serveStates } from '#infra/local/states-service'
import type { ClosingOrder, ClosingRun } from '#ledger/closing-run'
import type { Closings, ClosingState } from '#ledger/ports'
import { parseStepInput, runJson } from '#wire/closing/run'
import { day, merchantId } from '../builders.ts'

const m1 = merchantId('m1')
const friday = day('2026-11-20')
const order: ClosingOrder = { merchantIds: [m1], through: friday }

type Step = (run: ClosingRun) => Promise<ClosingRun>
type Adapter = { readonly name: string; readonly fresh: (step: Step) => Promise<Closings> }

const stateMachineArn = 'arn:aws:states:us-east-1:000000000000:stateMachine:daybook-close'

const allClosings: Adapter[] = [
  { name: 'memory', fresh: async (step) => memoryClosings(step) },
  {
    name: 'Step Functions of this machine',
    fresh: async (step) => {
      const service = await serveStates(0, {
        stateMachineArn,
        step: async (input) => {
          const run = parseStepInput(input)
          if (!run.ok) throw new Error(run.error)
          return runJson(await step(run.value))
        },
      })
      const client = new SFNClient({ endpoint: `http://127.0.0.1:${service.port}`, region: 'us-east-1' })
      onTestFinished(() => {
        client.destroy()
        service.stop()
      })
      return sfnClosings(client, stateMachineArn)
    },
  },
]

const ended = async (closings: Closings, name: string): Promise<ClosingState> =>
  await eventually(
    async () => {
      const state = await closings.state(name)
      return state.status === 'running' ? undefined : state
    },
    { timeoutMs: 20_000 },
  )

const aName = () => `close-${randomUUID()}`

/** A step that does not end before it is told to. */
const held = () => {
  const { promise, resolve } = Promise.withResolvers<void>()
  const runs: ClosingRun[] = []
  const step: Step = async (run) => {
    runs.push(run)
    await promise
    return { ...run, next: 'done' }
  }
  return { step, runs, letGo: resolve }
}

describe.each(allClosings)('closings: $name', ({ fresh }) => {
  test('a run does its steps until nothing is left, and tells what came of each day', async () => {
    const days = [
      { merchantId: m1, day: day('2026-11-19'), status: 'closed', version: 1, closingMinor: 2n ** 70n },
      { merchantId: m1, day: friday, status: 'not-equal', reason: '2 entries differ' },
    ] as const
    const seen: ClosingRun[] = []
    const closings = await fresh(async (run) => {
      seen.push(run)
      if (seen.length === 1) return { ...run, next: 'chunk', closed: 1 }
      if (seen.length === 2) return { ...run, next: 'round', waitSeconds: 0, rounds: 1 }
      return { ...run, next: 'done', days }
    })
    const name = aName()
    expect(await closings.start(name, order)).toBe('running')
    expect(await ended(closings, name)).toEqual({ status: 'ended', days })
    expect(seen).toMatchObject([
      { order, next: 'chunk', closed: 0, rounds: 0 },
      { order, next: 'chunk', closed: 1, rounds: 0 },
      { order, next: 'round', closed: 1, rounds: 1 },
    ])
  })

  test('starting a run that is under way joins it', async () => {
    const { step, runs, letGo } = held()
    const closings = await fresh(step)
    const name = aName()
    expect(await closings.start(name, order)).toBe('running')
    await eventually(async () => runs[0], { timeoutMs: 10_000 })
    expect(await closings.start(name, order)).toBe('running')
    expect(await closings.state(name)).toEqual({ status: 'running' })
    letGo()
    await ended(closings, name)
    expect(runs).toHaveLength(1)
  })

  test('a name is that of one run: after its end, starting it again says so', async () => {
    const closings = await fresh(async (run) => ({ ...run, next: 'done' }))
    const name = aName()
    await closings.start(name, order)
    await ended(closings, name)
    expect(await closings.start(name, order)).toBe('ended')
    expect(await closings.state(name)).toEqual({ status: 'ended', days: [] })
  })

  test('runs of several names go on beside each other', async () => {
    const { step, runs, letGo } = held()
    const closings = await fresh(step)
    const names = [aName(), aName()]
    for (const name of names) await closings.start(name, order)
    await eventually(async () => runs[1], { timeoutMs: 10_000 })
    letGo()
    for (const name of names) expect(await ended(closings, name)).toMatchObject({ status: 'ended' })
  })

  test('a run that was never started has no state', async () => {
    await expect((await fresh(async (run) => run)).state(aName())).rejects.toThrow()
  })
})

// DescribeExecution is eventually consistent (Step Functions API reference), which the local one is not.
test('closings: Step Functions on AWS may not know of a run that has just begun, and is asked again', async () => {
  let looked = 0
  const send = async () => {
    looked += 1
    if (looked <= 2) throw new ExecutionDoesNotExist({ message: '', $metadata: {} })
    return { status: 'RUNNING' }
  }
  const closings = sfnClosings({ send }, stateMachineArn)
  expect(await closings.state(aName())).toEqual({ status: 'running' })
  expect(looked).toBe(3)
})
