/**
 * Executions of one state machine, by the rules of AWS's standard workflows. They live in memory: a process that ends loses
 * those that run. That harms nothing, because nothing but the open days says what is to be closed.
 */
import type { StateMachineDefinition } from 'aws-local-stepfunctions'

export type Execution = {
  readonly name: string
  readonly input: string
  readonly startedAtMs: number
  readonly end?: Outcome & { readonly stoppedAtMs: number }
}

type Outcome =
  | { readonly status: 'SUCCEEDED'; readonly output: string }
  | { readonly status: 'FAILED' | 'TIMED_OUT' | 'ABORTED'; readonly error: string; readonly cause: string }

export type Executions = {
  /** Says 'taken' when another execution has or had this name: one with another input, or one that has ended. */
  start(name: string, input: string): Execution | 'taken'
  find(name: string): Execution | undefined
  all(): Iterable<Execution>
  stop(): void
}

export type Task = (input: unknown) => Promise<unknown>

type Machine = {
  readonly definition: object
  /** What the state of this name does instead of calling a function. */
  readonly tasks: Readonly<Record<string, Task>>
  readonly onFailure?: (name: string, error: unknown) => void
}

export const localExecutions = ({ definition, tasks, onFailure }: Machine): Executions => {
  const executions = new Map<string, Execution>()
  const running = new Map<string, () => void>()

  const run = async (name: string, input: string): Promise<Outcome> => {
    try {
      // Most processes that could run it never do, and it loads a client of Lambda.
      const { StateMachine } = await import('aws-local-stepfunctions')
      // The library checks the definition as AWS does. Its types know less of it than its checks.
      const machine = new StateMachine(definition as StateMachineDefinition)
      const overrides = { taskResourceLocalHandlers: tasks as never }
      const { abort, result } = machine.run(JSON.parse(input), { overrides })
      running.set(name, abort)
      return { status: 'SUCCEEDED', output: JSON.stringify(await result) }
    } catch (thrown) {
      const { name: error, message: cause } = thrown instanceof Error ? thrown : new Error(String(thrown))
      const status = ENDS.get(error) ?? 'FAILED'
      // Only `stop` aborts an execution.
      if (status !== 'ABORTED') onFailure?.(name, thrown)
      return { status, error, cause }
    } finally {
      running.delete(name)
    }
  }

  const carryOut = async (execution: Execution): Promise<void> => {
    const outcome = await run(execution.name, execution.input)
    executions.set(execution.name, { ...execution, end: { ...outcome, stoppedAtMs: Date.now() } })
    forgetOldest(executions)
  }

  return {
    start(name, input) {
      const known = executions.get(name)
      if (known !== undefined) return known.end === undefined && known.input === input ? known : 'taken'
      const execution = { name, input, startedAtMs: Date.now() }
      executions.set(name, execution)
      void carryOut(execution)
      return execution
    },
    find: (name) => executions.get(name),
    all: () => executions.values(),
    stop() {
      for (const abort of running.values()) abort()
    },
  }
}

/** The errors of the library that say more than that the execution failed. */
const ENDS: ReadonlyMap<string, 'TIMED_OUT' | 'ABORTED'> = new Map([
  ['ExecutionTimeoutError', 'TIMED_OUT'],
  ['ExecutionAbortedError', 'ABORTED'],
])

/** AWS keeps names for 90 days. Here the newest are enough: nothing asks for others. */
const MOST_KEPT = 1_000

const forgetOldest = (executions: Map<string, Execution>): void => {
  for (const [name, { end }] of executions) {
    if (executions.size <= MOST_KEPT) return
    if (end !== undefined) executions.delete(name)
  }
}
