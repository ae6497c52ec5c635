/**
 * Kinesis for one machine: kinesalite, hardened. With `--path` records are kept in LevelDB and survive a power cut,
 * or only a SIGKILL when DAYBOOK_SYNC is `never`; without it they are kept in memory.
 */
import type { Server } from 'node:http'
import { parseArgs } from 'node:util'
import kinesalite from 'kinesalite'
import { onStopSignal, outliveReaders } from '#http/process-life'
import { logUncaught, processLog } from '#infra/log'
import { readSettings } from '#infra/settings'
import { makeFolder } from '#adapters/files/durable-files'
import { syncEveryWrite } from './kinesis-durability.ts'
import { finishInterruptedChanges } from './kinesis-recovery.ts'
import { refusePages } from './own-requests.ts'

const { port, path } = parseArgs({ options: { port: { type: 'string' }, path: { type: 'string' } } }).values

const { syncs, logLevel } = readSettings()
logUncaught(processLog({ name: 'kinesis', level: logLevel }))
if (path) {
  makeFolder(path)
  if (syncs) syncEveryWrite()
  await finishInterruptedChanges(path)
}

const server = kinesalite({
  ...(path ? { path } : {}),
  // The time for which a stream pretends to be busy. Short, so that it is ready soon.
  createStreamMs: 1,
  deleteStreamMs: 1,
  updateStreamMs: 1,
  shardLimit: 500,
})

surviveAbortedRequests(server)
refusePages(server)
// A server that closes idle connections sometimes closes one that a client has just begun to use.
server.keepAliveTimeout = 0
server.listen(Number(port), '127.0.0.1', () => console.log(`listening on 127.0.0.1:${port}`))

outliveReaders()
onStopSignal(() => {
  // kinesalite's close() closes the database before it waits for the connections.
  server.close(() => process.exit(0))
  server.closeAllConnections()
})

/** kinesalite throws on the `error` event of a request, and a client that disconnects within a body causes that event. */
function surviveAbortedRequests(server: Server) {
  // Listeners run in the order in which they were added, so kinesalite has added its own by now.
  server.on('request', (request, response) => {
    request.removeAllListeners('error')
    request.on('error', () => response.destroy())
  })
}
