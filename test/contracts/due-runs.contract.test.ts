/** The promises of `DueRuns`, on our local Step Functions. */
import { SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn'
import { expect, onTestFinished, test } from 'vitest'
import { sfnClosings } from '#adapters/closings/sfn-closings'
import { sfnDueRuns } from '#adapters/closings/sfn-due-runs'
import { eventually } from '#infra/local/retry'
import { serveStates } from '#infra/local/states-service'
import { newRun, requestedRun } from '#ledger/closing-run'
import { runJson } from '#wire/closing/run'
import { day, merchantId } from '../builders.ts'

const stateMachineArn = 'arn:aws:states:us-east-1:000000000000:stateMachine:daybook-close'
const [m1, friday] = [merchantId('m1'), day('2026-11-20')]

const given = async () => {
  const { promise, resolve: letGo } = Promise.withResolvers<void>()
  const service = await serveStates(0, {
    stateMachineArn,
    step: async () => {
      await promise
      return runJson({ ...newRun(), next: 'done' })
    },
  })
  const client = new SFNClient({ endpoint: `http://127.0.0.1:${service.port}`, region: 'us-east-1' })
  onTestFinished(() => {
    letGo()
    client.destroy()
    service.stop()
  })
  /** As the schedule starts a run. */
  const start = async () => await client.send(new StartExecutionCommand({ stateMachineArn, input: '{}' }))
  return { client, letGo, start, dueRuns: sfnDueRuns(client, stateMachineArn) }
}

test('each run that the schedule started counts while it is under way', async () => {
  const { start, dueRuns, letGo } = await given()
  expect(await dueRuns.underWay()).toBe(0)
  await start()
  await start()
  expect(await dueRuns.underWay()).toBe(2)
  letGo()
  await eventually(async () => ((await dueRuns.underWay()) === 0 ? true : undefined), { timeoutMs: 20_000 })
})

test('an ordered run does not count', async () => {
  const { client, dueRuns } = await given()
  const name = requestedRun(m1, friday, 0, 1)
  await sfnClosings(client, stateMachineArn).start(name, { merchantIds: [m1], through: friday })
  expect(await dueRuns.underWay()).toBe(0)
})
