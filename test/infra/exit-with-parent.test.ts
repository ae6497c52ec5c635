import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { isRunning } from '#infra/local/process-table'
import { eventually } from '#infra/local/retry'
import { expect, onTestFinished, test } from 'vitest'

test('a child that logs more than its parent reads still ends with its parent', async () => {
  const preload = new URL('../../infra/local/exit-with-parent.ts', import.meta.url).href
  const chatty = `const log = require('pino')(); setInterval(() => { for (let i = 0; i < 200; i += 1) log.info('x'.repeat(500)) }, 5)`
  const deaf = `
    const stdio = ['ignore', 'pipe', 'pipe', 'ipc']
    const args = ['--import', ${JSON.stringify(preload)}, '-e', ${JSON.stringify(chatty)}]
    console.log(require('node:child_process').spawn(process.execPath, args, { stdio }).pid)`
  const parent = spawn(process.execPath, ['-e', deaf], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [pidText] = (await once(parent.stdout, 'data')) as [Buffer]
  const child = Number(pidText.toString())
  onTestFinished(() => {
    if (isRunning(child)) process.kill(child, 'SIGKILL')
  })
  // Until nothing more fits between the two.
  await sleep(1_000)
  expect(isRunning(child)).toBe(true)

  parent.kill('SIGKILL')
  await eventually(async () => !isRunning(child) || undefined, { timeoutMs: 5_000 })
})
