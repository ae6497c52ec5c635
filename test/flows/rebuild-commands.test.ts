import { execFile } from 'node:child_process'
import { expect, test } from 'vitest'

/** An operator's command, on data where nothing runs. */
const run = (script: string, ...args: string[]) =>
  new Promise<{ code: unknown; stderr: string }>((resolve) => {
    const env = { ...process.env, DAYBOOK_DATA: '.nothing-runs-here' }
    delete (env as NodeJS.ProcessEnv)['AWS_ENDPOINT_URL_DYNAMODB']
    execFile(process.execPath, [`operations/${script}.ts`, ...args], { env }, (error, _stdout, stderr) =>
      resolve({ code: error?.code ?? 0, stderr }),
    )
  })

test.each([
  { script: 'rebuild', args: ['--kept'] },
  { script: 'replay', args: [] },
  { script: 'replay', args: ['--from', '2026-11-20T00:00:00Z', '--to', '2026-11-20T00:00:00'] },
  { script: 'replay', args: ['--from', '2026-11-20T00:00:00Z', '--to', '2026-11-19T00:00:00Z'] },
  { script: 'replay', args: ['--from', '2999-11-20T00:00:00Z'] },
])('npm run $script with $args prints its usage', async ({ script, args }) => {
  const { code, stderr } = await run(script, ...args)
  expect(code).toBe(2)
  expect(stderr).toMatch(new RegExp(`^.+\nHow it is used: npm run ${script} -- --help\n`))
})

test.each([{ script: 'replay', args: ['--from', '2026-11-20T00:00:00Z'] }])(
  'npm run $script says when no system runs',
  async ({ script, args }) => {
    expect(await run(script, ...args)).toEqual({
      code: 3,
      stderr: 'No Daybook is running on the data in .nothing-runs-here; start it with npm start.\n',
    })
  },
)
