import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { closingWorkflow, CLOSING_STEP } from '#processors/close/closing-workflow'
import { refusePages } from './own-requests.ts'
import { localExecutions, type Task } from './states/executions.ts'
import { statesApi } from './states/states-api.ts'

type StatesService = { readonly port: number; stop(): void }

type Closing = {
  readonly stateMachineArn: string
  /** What the function of the workflow does. */
  readonly step: Task
  readonly onFailure?: (name: string, error: unknown) => void
}

/** Step Functions for one machine, with the one workflow of Daybook. */
export const serveStates = async (
  port: number,
  { stateMachineArn, step, onFailure }: Closing,
): Promise<StatesService> => {
  const executions = localExecutions({
    definition: closingWorkflow(NO_FUNCTION),
    tasks: { [CLOSING_STEP]: step },
    ...(onFailure !== undefined && { onFailure }),
  })
  const server = createServer(statesApi(new Map([[stateMachineArn, executions]])))
  refusePages(server)
  // A server that closes idle connections sometimes closes one that a client has just begun to use.
  server.keepAliveTimeout = 0
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    stop() {
      executions.stop()
      server.close()
      server.closeAllConnections()
    },
  }
}

/** Only a name: the step is called in this process. */
const NO_FUNCTION = 'arn:aws:lambda:us-east-1:000000000000:function:daybook-close'
