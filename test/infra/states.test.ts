/** Our Step Functions answers as AWS documents it, and its workflow tries a failed step again. */
import { DescribeExecutionCommand, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn'
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { eventually } from '#infra/local/retry'
import { localExecutions } from '#infra/local/states/executions'
import { serveStates } from '#infra/local/states-service'

const stateMachineArn = 'arn:aws:states:us-east-1:000000000000:stateMachine:daybook-close'

const given = async (step: (input: unknown) => Promise<unknown> = async () => ({ next: 'done' })) => {
  const failures: string[] = []
  const onFailure = (name: string, error: unknown) => void failures.push(`${name}: ${String(error)}`)
  const service = await serveStates(0, { stateMachineArn, step, onFailure })
  const client = new SFNClient({ endpoint: `http://127.0.0.1:${service.port}`, region: 'us-east-1', maxAttempts: 1 })
  onTestFinished(() => {
    client.destroy()
    service.stop()
  })
  const start = (name?: string, input?: string, arn = stateMachineArn) =>
    client.send(new StartExecutionCommand({ stateMachineArn: arn, name, input }))
  const describe = (executionArn: string | undefined) => client.send(new DescribeExecutionCommand({ executionArn }))
  const ended = (executionArn: string | undefined) =>
    eventually(
      async () => {
        const execution = await describe(executionArn)
        return execution.status === 'RUNNING' ? undefined : execution
      },
      { timeoutMs: 20_000 },
    )
  return { start, describe, ended, service, failures }
}

test.each([
  {
    what: 'a state machine of another name',
    name: 'x',
    input: '{}',
    arn: `${stateMachineArn}2`,
    says: 'StateMachineDoesNotExist',
  },
  { what: 'a name with a space', name: 'a b', input: '{}', arn: stateMachineArn, says: 'InvalidName' },
  { what: 'a name of 81 characters', name: 'x'.repeat(81), input: '{}', arn: stateMachineArn, says: 'InvalidName' },
  { what: 'an input that is not JSON', name: 'x', input: '{', arn: stateMachineArn, says: 'InvalidExecutionInput' },
])('refuses $what as AWS does', async ({ name, input, arn, says }) => {
  const { start } = await given()
  await expect(start(name, input, arn)).rejects.toMatchObject({ name: says })
})

test('the same name with another input is taken, also while the execution runs', async () => {
  const { start } = await given(() => new Promise(() => {}))
  await start('x', '{}')
  await expect(start('x', '{}')).resolves.toMatchObject({ executionArn: expect.stringMatching(/:execution:.*:x$/) })
  await expect(start('x', '{"a":1}')).rejects.toMatchObject({ name: 'ExecutionAlreadyExists' })
})

test('an execution that does not exist is no execution', async () => {
  const { describe } = await given()
  const arn = 'arn:aws:states:us-east-1:000000000000:execution:daybook-close:none'
  await expect(describe(arn)).rejects.toMatchObject({ name: 'ExecutionDoesNotExist' })
})

test('a step that fails is done again with the same input, and its output ends the execution', async () => {
  const inputs: unknown[] = []
  const { start, ended } = await given(async (input) => {
    inputs.push(input)
    if (inputs.length === 1) throw new Error('throttled')
    return { next: 'done', closed: 3 }
  })
  const { executionArn } = await start(undefined, '{"through":"2026-11-20"}')
  const execution = await ended(executionArn)
  expect(execution).toMatchObject({ status: 'SUCCEEDED', input: '{"through":"2026-11-20"}' })
  expect(JSON.parse(execution.output ?? '')).toEqual({ next: 'done', closed: 3 })
  expect(execution.stopDate?.getTime()).toBeGreaterThanOrEqual(execution.startDate?.getTime() ?? Infinity)
  expect(inputs).toEqual([{ through: '2026-11-20' }, { through: '2026-11-20' }])
})

test('web pages are refused', async () => {
  const { service } = await given()
  const response = await fetch(`http://127.0.0.1:${service.port}`, { headers: { origin: 'http://evil.example' } })
  expect(response.status).toBe(403)
})

describe('an execution that cannot begin has failed, and the process goes on', () => {
  afterEach(() => {
    vi.doUnmock('aws-local-stepfunctions')
  })

  test('because the library that runs it cannot be loaded', async () => {
    vi.doMock('aws-local-stepfunctions', () => {
      throw new Error('no such package')
    })
    const { start, ended, failures } = await given()
    const { executionArn } = await start('x')
    expect(await ended(executionArn)).toMatchObject({ status: 'FAILED' })
    expect(failures).toMatchObject([expect.stringMatching(/^x: /)])
  })
})

test.each([
  { what: 'whose step fails has failed', step: async () => Promise.reject(new Error('throttled')), status: 'FAILED' },
  { what: 'that takes longer than it may has timed out', step: () => new Promise(() => {}), status: 'TIMED_OUT' },
  { what: 'that is stopped is aborted', step: () => new Promise(() => {}), status: 'ABORTED', stops: true },
])('an execution $what', async ({ step, status, stops = false }) => {
  const { promise: begun, resolve } = Promise.withResolvers<void>()
  const failures: string[] = []
  const executions = localExecutions({
    definition: {
      StartAt: 'Only',
      TimeoutSeconds: 1,
      States: { Only: { Type: 'Task', Resource: 'arn:aws:lambda:us-east-1:000000000000:function:f', End: true } },
    },
    tasks: {
      Only: async () => {
        resolve()
        return await step()
      },
    },
    onFailure: (name) => void failures.push(name),
  })
  executions.start('x', '{}')
  await begun
  if (stops) executions.stop()
  expect(await eventually(async () => executions.find('x')?.end, { timeoutMs: 20_000 })).toMatchObject({ status })
  // A process that stops tells of no failure.
  expect(failures).toEqual(stops ? [] : ['x'])
})
