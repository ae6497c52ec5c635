/** An S3 for the measurement, as a process of its own: `--port N --folder F`. */
import { parseArgs } from 'node:util'
import { startFauxqs } from 'fauxqs'

const { port, folder } = parseArgs({ options: { port: { type: 'string' }, folder: { type: 'string' } } }).values
await startFauxqs({ port: Number(port), host: '127.0.0.1', logger: false, dataDir: String(folder) })
process.on('disconnect', () => process.exit(0))
