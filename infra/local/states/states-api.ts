/** Step Functions' wire protocol, AWS JSON 1.0, as far as Daybook speaks it: to start executions, to list them, and to look at one. */
import { randomUUID } from 'node:crypto'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { Execution, Executions } from './executions.ts'

/** The executions of each state machine, by its ARN. */
export type StateMachines = ReadonlyMap<string, Executions>

export const statesApi =
  (machines: StateMachines): RequestListener =>
  (request, response) => {
    answer(request, machines)
      .catch((error: unknown): Answer => refused('InternalFailure', String(error), 500))
      .then((result) => send(response, result))
      .catch(() => response.destroy())
  }

type Answer = { readonly status: number; readonly body: object }
type Fields = Readonly<Record<string, unknown>>

const answer = async (request: IncomingMessage, machines: StateMachines): Promise<Answer> => {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes <= MAX_BODY_BYTES) chunks.push(chunk)
  }
  const body = bytes <= MAX_BODY_BYTES ? parseJson(Buffer.concat(chunks).toString()) : undefined
  if (typeof body !== 'object' || body === null) return refused('SerializationException', 'The body is not JSON')
  const operation = String(request.headers['x-amz-target']).replace(/^AWSStepFunctions\./, '')
  return OPERATIONS[operation]?.(body as Fields, machines) ?? refused('UnknownOperationException', '')
}

type Operation = (body: Fields, machines: StateMachines) => Answer

const OPERATIONS: Readonly<Record<string, Operation | undefined>> = {
  StartExecution({ stateMachineArn, name = randomUUID(), input = '{}' }, machines) {
    const executions = machines.get(String(stateMachineArn))
    if (executions === undefined) return unknownMachine(stateMachineArn)
    if (typeof name !== 'string' || !NAME.test(name)) return refused('InvalidName', `Invalid Name: '${String(name)}'`)
    if (typeof input !== 'string' || input.length > MAX_INPUT_BYTES || parseJson(input) === undefined)
      return refused('InvalidExecutionInput', 'Invalid State Machine Execution Input')
    const execution = executions.start(name, input)
    const executionArn = arnOf(String(stateMachineArn), name)
    if (execution === 'taken') return refused('ExecutionAlreadyExists', `Execution Already Exists: '${executionArn}'`)
    return { status: 200, body: { executionArn, startDate: execution.startedAtMs / 1_000 } }
  },

  /** All on one page: AWS would have at most 1,000 on one, and no more are kept here. */
  ListExecutions({ stateMachineArn, statusFilter }, machines) {
    const machine = machines.get(String(stateMachineArn))
    if (machine === undefined) return unknownMachine(stateMachineArn)
    const summaries = Array.from(machine.all(), (execution) => summary(String(stateMachineArn), execution))
    const executions = summaries.filter(({ status }) => statusFilter === undefined || status === statusFilter)
    // The newest first.
    return { status: 200, body: { executions: executions.toReversed() } }
  },

  DescribeExecution({ executionArn }, machines) {
    for (const [stateMachineArn, executions] of machines) {
      const name = String(executionArn).slice(arnOf(stateMachineArn, '').length)
      const execution = arnOf(stateMachineArn, name) === executionArn ? executions.find(name) : undefined
      if (execution !== undefined) return { status: 200, body: description(stateMachineArn, execution) }
    }
    return refused('ExecutionDoesNotExist', `Execution Does Not Exist: '${String(executionArn)}'`)
  },
}

const summary = (stateMachineArn: string, { name, startedAtMs, end }: Execution) => ({
  executionArn: arnOf(stateMachineArn, name),
  stateMachineArn,
  name,
  status: end?.status ?? 'RUNNING',
  startDate: startedAtMs / 1_000,
  ...(end !== undefined && { stopDate: end.stoppedAtMs / 1_000 }),
})

const description = (stateMachineArn: string, { name, input, startedAtMs, end }: Execution) => {
  const { stoppedAtMs, ...outcome } = end ?? { status: 'RUNNING' as const, stoppedAtMs: undefined }
  return {
    executionArn: arnOf(stateMachineArn, name),
    stateMachineArn,
    name,
    input,
    startDate: startedAtMs / 1_000,
    ...(stoppedAtMs !== undefined && { stopDate: stoppedAtMs / 1_000 }),
    ...outcome,
  }
}

const unknownMachine = (arn: unknown): Answer =>
  refused('StateMachineDoesNotExist', `State Machine Does Not Exist: '${String(arn)}'`)

const arnOf = (stateMachineArn: string, name: string): string =>
  `${stateMachineArn.replace(':stateMachine:', ':execution:')}:${name}`

/** What AWS refuses beside these (characters beyond ASCII) our names never have. */
const NAME = /^[A-Za-z0-9_-]{1,80}$/
const MAX_INPUT_BYTES = 256 * 1024
const MAX_BODY_BYTES = 1024 * 1024

const refused = (type: string, message: string, status = 400): Answer => ({ status, body: { __type: type, message } })

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const send = (response: ServerResponse, { status, body }: Answer): void => {
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0', 'x-amzn-requestid': randomUUID() })
  response.end(JSON.stringify(body))
}
