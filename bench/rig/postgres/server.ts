/** A separate PostgreSQL: Debian's programs, a data folder that is removed at the end, and a free port. */
import { spawn, execFileSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client, type ClientConfig } from 'pg'
import { freePorts } from '#infra/local/ports'
import { eventually } from '#infra/local/retry'

export type Postgres = {
  readonly connection: ClientConfig
  readonly version: string
  stop(): Promise<void>
}

/**
 * Fully durable: a commit waits for the disk. Otherwise it has much room, so that neither a small cache nor frequent
 * checkpoints slow it down.
 */
const SETTINGS = {
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
  shared_buffers: '1GB',
  max_wal_size: '8GB',
  checkpoint_timeout: '15min',
  wal_buffers: '64MB',
  listen_addresses: '127.0.0.1',
}

export const startPostgres = async (): Promise<Postgres> => {
  const programs = programsFolder()
  const folder = mkdtempSync(join(tmpdir(), 'daybook-postgres-'))
  const user = unprivileged()
  if (user !== undefined) chownSync(folder, user.uid, user.gid)
  const options = { ...user, cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] as const }
  const data = join(folder, 'data')
  execFileSync(join(programs, 'initdb'), ['-D', data, '-U', 'daybook', '-A', 'trust', '-E', 'UTF8', '--locale=C'], {
    ...options,
    stdio: ['ignore', 'ignore', 'inherit'],
  })

  const [port = 0] = await freePorts(1)
  const settings = { ...SETTINGS, port: String(port), unix_socket_directories: folder, log_min_messages: 'error' }
  const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const server = spawn(join(programs, 'postgres'), ['-D', data, ...args], {
    ...options,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const connection = { host: folder, port, user: 'daybook', database: 'postgres' }
  const stop = async () => {
    await end(server)
    rmSync(folder, { recursive: true, force: true })
  }
  // PostgreSQL ends also when this process ends early.
  process.once('exit', () => server.kill('SIGINT'))
  try {
    return { connection, version: await versionOnceReady(connection), stop }
  } catch (error) {
    await stop()
    throw error
  }
}

const versionOnceReady = (connection: ClientConfig): Promise<string> =>
  eventually(
    async () => {
      const client = new Client(connection)
      await client.connect()
      const { rows } = await client.query<{ server_version: string }>('show server_version')
      await client.end()
      // The distribution adds text in brackets, which is left out.
      return rows[0]?.server_version.split(' ')[0]
    },
    { timeoutMs: 20_000 },
  )

/** SIGINT is PostgreSQL's "fast" shutdown: it ends running statements and closes cleanly. */
const end = async (server: ChildProcess): Promise<void> => {
  if (server.exitCode !== null || server.signalCode !== null) return
  const exited = once(server, 'exit')
  server.kill('SIGINT')
  await exited
}

const programsFolder = (): string => {
  const given = process.env['POSTGRES_BIN']
  if (given !== undefined && given !== '') return given
  // The newest version, when there are several.
  const found = globSync('/usr/lib/postgresql/*/bin').toSorted((a, b) => versionIn(b) - versionIn(a))[0]
  if (found === undefined) {
    throw new Error(
      'PostgreSQL is not installed. On Debian and Ubuntu: apt-get install postgresql. ' +
        'Elsewhere POSTGRES_BIN names the folder in which initdb and postgres are.',
    )
  }
  return found
}

const versionIn = (folder: string): number => Number(/postgresql\/(\d+)/.exec(folder)?.[1] ?? 0)

/** PostgreSQL refuses to run as root. Under root it runs as the user `nobody`. */
const unprivileged = (): { readonly uid: number; readonly gid: number } | undefined => {
  if (process.getuid?.() !== 0) return undefined
  const [, uid, gid] = /^nobody:[^:]*:(\d+):(\d+):/m.exec(readFileSync('/etc/passwd', 'utf8')) ?? []
  if (uid === undefined || gid === undefined) throw new Error('There is no user "nobody" to run PostgreSQL as.')
  return { uid: Number(uid), gid: Number(gid) }
}
