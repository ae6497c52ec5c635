import { paginateListExecutions, type SFNClient } from '@aws-sdk/client-sfn'
import { ORDERED_RUN } from '#ledger/closing-run'
import type { DueRuns } from '#ledger/ports'

/** Executions of a state machine that its schedule started. Lists of executions are eventually consistent. */
export const sfnDueRuns = (client: SFNClient, stateMachineArn: string): DueRuns => ({
  async underWay() {
    let count = 0
    for await (const page of paginateListExecutions({ client }, { stateMachineArn, statusFilter: 'RUNNING' })) {
      count += page.executions?.filter(({ name }) => name?.startsWith(ORDERED_RUN) !== true).length ?? 0
    }
    return count
  },
})
