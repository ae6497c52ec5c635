import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { checkDataVersion, markDataVersion } from '#infra/local/data-version'
import { lockFolder } from '#infra/local/folder-lock'
import { freePorts } from '#infra/local/ports'
import { commandLineOf, isRunning } from '#infra/local/process-table'
import { eventually } from '#infra/local/retry'
import { useRunningSystem } from '#infra/local/running-system'
import { startSupervisor } from '#infra/local/supervisor'
import { startTestServices } from '#infra/local/test-services'
import { environmentWithoutServices } from '#test/flows/running-system'

/** Every file below the folder, with its text. */
const contentsOf = (folder: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((file) => [relative(folder, file), readFileSync(file, 'utf8')]),
  )

const pathTo = (file: string) => fileURLToPath(new URL(file, import.meta.url))

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'daybook-supervisor-'))
})
afterEach(() => {
  rmSync(folder, { recursive: true })
})

describe('a supervisor', () => {
  const child = (name: string, ...manner: string[]) => ({
    name,
    script: pathTo('fixtures/child.ts'),
    args: [name, ...manner],
  })

  const watched = (patienceMs?: number) => {
    const printed: string[] = []
    const output = {
      child: (_service: string, line: string) => void printed.push(line),
      tell: (_service: string, _level: string, text: string) => void printed.push(text),
    }
    const supervisor = startSupervisor({ output, ...(patienceMs === undefined ? {} : { patienceMs }) })
    const untilPrinted = async (line: string, times = 1) => {
      const isPrinted = async () => printed.filter((other) => other === line).length >= times || undefined
      await eventually(isPrinted, { timeoutMs: 10_000 })
    }
    return { ...supervisor, printed, untilPrinted }
  }

  test('starts a child again that was killed', async () => {
    const supervisor = watched()
    supervisor.start(child('a'))
    await supervisor.untilPrinted('a started')
    const firstPid = Number(supervisor.pidOf('a'))
    process.kill(firstPid, 'SIGKILL')
    await supervisor.untilPrinted('a started', 2)
    expect(supervisor.pidOf('a')).not.toBe(firstPid)
    expect(supervisor.printed).toContain('ended (SIGKILL), starting it again')
    await supervisor.stop()
  })

  test('stops its children one by one, the last started first, and lets each finish', async () => {
    const supervisor = watched()
    for (const name of ['a', 'b']) {
      supervisor.start(child(name))
      await supervisor.untilPrinted(`${name} started`)
    }
    const pids = ['a', 'b'].map((name) => Number(supervisor.pidOf(name)))
    await Promise.all([supervisor.stop(), supervisor.stop()])
    expect(pids.some(isRunning)).toBe(false)
    const ends = ['b asked to end', 'b has finished', 'a asked to end', 'a has finished']
    expect(supervisor.printed.slice(2)).toEqual(ends)
  })

  test('kills a child that does not end', async () => {
    const supervisor = watched(100)
    supervisor.start(child('a', 'stubborn'))
    await supervisor.untilPrinted('a started')
    const pid = Number(supervisor.pidOf('a'))
    await supervisor.stop()
    expect(isRunning(pid)).toBe(false)
  })

  test('that is killed leaves nothing behind, dynoxide included', async () => {
    const supervisor = spawn(process.execPath, [pathTo('fixtures/supervisor.ts'), folder], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [line]: string[] = await once(supervisor.stdout.setEncoding('utf8'), 'data')
    const pids: number[] = JSON.parse(String(line))
    expect(pids.every(isRunning)).toBe(true)
    supervisor.kill('SIGKILL')
    await eventually(async () => !pids.some(isRunning) || undefined, { timeoutMs: 10_000 })
  })
})

test('dynoxide ends with its guard, even when no process is left to end it', async () => {
  const supervisor = spawn(process.execPath, [pathTo('fixtures/supervisor.ts'), folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line]: string[] = await once(supervisor.stdout.setEncoding('utf8'), 'data')
  const pids: number[] = JSON.parse(String(line))
  for (const pid of [
    Number(supervisor.pid),
    ...pids.filter((pid) => !commandLineOf(pid)?.includes('dynoxide serve')),
  ]) {
    process.kill(pid, 'SIGKILL')
  }
  await eventually(async () => !pids.some(isRunning) || undefined, { timeoutMs: 10_000 })
})

test('a killed guard is replaced, and so is the dynoxide that it leaves behind', async () => {
  const services = await startTestServices({ folder })
  const dynoxide = () => Number(readFileSync(join(folder, 'dynamodb', 'dynoxide.pid'), 'utf8'))
  const abandoned = dynoxide()
  process.kill(Number(services.pidOf('dynamodb')), 'SIGKILL')
  await eventually(async () => dynoxide() !== abandoned || undefined, { timeoutMs: 10_000 })
  await eventually(async () => (await fetch(services.dynamodbEndpoint)).status, { timeoutMs: 10_000 })
  expect(isRunning(abandoned)).toBe(false)
  await services.stop()
})

describe('npm start', () => {
  const start = async (env: NodeJS.ProcessEnv) => {
    const system = spawn(process.execPath, [pathTo('../../infra/local/daybook.server.ts')], {
      env: { ...environmentWithoutServices(), DAYBOOK_DATA: folder, ...env },
    })
    onTestFinished(() => void system.kill('SIGKILL'))
    const [complaint, [code]] = await Promise.all([text(system.stderr), once(system, 'exit')])
    return { complaint: complaint.trim(), code: Number(code) }
  }

  test('names the port that is taken, and ends', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const address = other.address()
    const port = String(typeof address === 'object' && address?.port)
    const outcome = await start({ INGEST_PORT: String((await freePorts(1))[0]), QUERY_PORT: port })
    expect(outcome).toEqual({ complaint: `Port ${port} is taken. Set QUERY_PORT to another port.`, code: 1 })
    other.close()
  })

  test('says that the data is in use, and ends', async () => {
    expect(lockFolder(folder)).toBeUndefined()
    const complaint = `Another Daybook (process ${process.pid}) is running on the data in ${folder}.`
    expect(await start({})).toEqual({ complaint, code: 1 })
  })

  test.each([
    { of: 'an older Daybook', files: { 'kinesis/CURRENT': 'MANIFEST-000004' }, found: 'has no version' },
    { of: 'a newer Daybook', files: { version: '3\n', 'kinesis/CURRENT': 'MANIFEST-000004' }, found: 'has version 3.' },
    { of: 'a newer Daybook that keeps its data elsewhere', files: { version: '3\n' }, found: 'has version 3.' },
    { of: 'a Daybook of unreadable version', files: { version: 'one' }, found: 'has version one.' },
    {
      of: 'a file cut short',
      files: { version: '' },
      found: 'has no version that can be read: its file version holds "".',
    },
    { of: 'a damaged file', files: { version: '\0\x1b[31m' }, found: 'holds "\\u0000\\u001b[31m".' },
  ])('refuses the data of $of in a sentence that says what to do, and changes nothing', async ({ files, found }) => {
    for (const [file, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, file)), { recursive: true })
      writeFileSync(join(folder, file), text)
    }
    const { complaint, code } = await start({})
    expect(code).toBe(1)
    expect(complaint).toContain(`The data in ${folder} has `)
    expect(complaint).toContain(found)
    expect(complaint).toContain('This Daybook reads version 2. Nothing was changed. Start with another folder')
    expect(contentsOf(folder)).toEqual(files)
    expect(() => useRunningSystem(folder)).toThrow(found)
  })

  test('refuses a data folder that is a file, and says which', async () => {
    const file = join(folder, 'file')
    writeFileSync(file, '')
    const { complaint, code } = await start({ DAYBOOK_DATA: file })
    expect([code, complaint]).toEqual([1, expect.stringContaining(`There can be no data in ${file}`)])
  })

  test('gives a new folder its version before there is any data', () => {
    checkDataVersion(folder)
    expect(contentsOf(folder)).toEqual({})
    markDataVersion(folder)
    expect(contentsOf(folder)).toEqual({ version: '2\n' })
    writeFileSync(join(folder, 's3'), '')
    expect(() => checkDataVersion(folder)).not.toThrow()
  })

  test('names a bad setting, and ends', async () => {
    const { complaint, code } = await start({ QUERY_PORT: 'many' })
    expect(complaint).toContain('QUERY_PORT: ')
    expect(code).toBe(1)
  })

  test.each([
    { left: 'by a process that is gone', lock: { pid: 2 ** 22 + 1, command: 'node' } },
    { left: 'by a process whose id another program has now', lock: { pid: process.ppid, command: 'something else' } },
    { left: 'half written', lock: undefined },
  ])('takes over a lock left $left', ({ lock }) => {
    writeFileSync(join(folder, 'lock'), JSON.stringify(lock) ?? '')
    expect(lockFolder(folder)).toBeUndefined()
    expect(JSON.parse(readFileSync(join(folder, 'lock'), 'utf8'))).toMatchObject({ pid: process.pid })
  })
})
