/**
 * Runs as executions of a state machine. Step Functions gives a name to one execution: while it runs, starting it again
 * under the same input is a success, and afterwards the name is taken for 90 days.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import {
  DescribeExecutionCommand,
  ExecutionAlreadyExists,
  ExecutionDoesNotExist,
  StartExecutionCommand,
  type SFNClient,
} from '@aws-sdk/client-sfn'
import type { Closings } from '#ledger/ports'
import { orderJson, parseRun } from '#wire/closing/run'

export const sfnClosings = (client: Pick<SFNClient, 'send'>, stateMachineArn: string): Closings => ({
  async start(name, order) {
    try {
      await client.send(new StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify(orderJson(order)) }))
      return 'running'
    } catch (error) {
      if (error instanceof ExecutionAlreadyExists) return 'ended'
      throw error
    }
  },

  async state(name) {
    const executionArn = `${stateMachineArn.replace(':stateMachine:', ':execution:')}:${name}`
    const execution = await described(client, executionArn)
    switch (execution.status) {
      case 'SUCCEEDED': {
        const run = parseRun(JSON.parse(execution.output ?? 'null'))
        if (!run.ok) throw new Error(run.error)
        return { status: 'ended', days: run.value.days }
      }
      case 'FAILED':
      case 'TIMED_OUT':
      case 'ABORTED':
        return {
          status: 'failed',
          reason: [execution.status, execution.error, execution.cause].filter(Boolean).join(': '),
        }
      default:
        return { status: 'running' }
    }
  },
})

/** AWS may not know of an execution in the first moments after its start. */
const described = async (client: Pick<SFNClient, 'send'>, executionArn: string) => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await client.send(new DescribeExecutionCommand({ executionArn }))
    } catch (error) {
      if (!(error instanceof ExecutionDoesNotExist) || attempt === MAX_ATTEMPTS) throw error
    }
    await sleep(FIRST_WAIT_MS * 2 ** attempt)
  }
}

// The waits add up to 1.5 s.
const MAX_ATTEMPTS = 5
const FIRST_WAIT_MS = 50
