/**
 * S3 for one machine: fauxqs. With `--path` objects are kept in SQLite and survive a power cut, without it in memory.
 * Its other storage, plain files, can leave an empty description of an object behind, after which it never starts again.
 */
import { Server as HttpServer } from 'node:http'
import { Server } from 'node:net'
import { parseArgs } from 'node:util'
import { startFauxqs } from 'fauxqs'
import { onStopSignal, outliveReaders } from '#http/process-life'
import { makeFolder } from '#adapters/files/durable-files'
import { logUncaught, processLog } from '#infra/log'
import { readSettings } from '#infra/settings'
import { refusePages } from './own-requests.ts'

const { port, path } = parseArgs({ options: { port: { type: 'string' }, path: { type: 'string' } } }).values

const log = processLog({ name: 's3', level: readSettings().logLevel })
logUncaught(log)
listenForThisMachineOnly()
if (path) makeFolder(path)
const server = await startFauxqs({ port: Number(port), logger: false, ...(path ? { dataDir: path } : {}) })
console.log(`listening on 127.0.0.1:${port}`)

outliveReaders()
onStopSignal(() => {
  server.stop().then(
    () => process.exit(0),
    (error: unknown) => {
      log.error({ err: error }, 'S3 did not stop cleanly; what it answered is on the disk')
      process.exit(1)
    },
  )
})

/** fauxqs listens on every address of the machine, answers web pages, and has no setting for either. */
function listenForThisMachineOnly() {
  const { listen } = Server.prototype
  Server.prototype.listen = function (this: Server, options: object, ...rest: never[]) {
    if (this instanceof HttpServer) refusePages(this)
    return listen.call(this, { ...options, host: '127.0.0.1' }, ...rest)
  } as typeof listen
}
