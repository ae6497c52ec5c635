import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'

const NOBODY = 65_534

test('npm run test:power says that it cannot cut the power here, and does not report success', () => {
  const isRoot = process.getuid?.() === 0
  const { status, stderr } = spawnSync(process.execPath, ['test/power/power.ts', '--cuts', '1'], {
    encoding: 'utf8',
    ...(isRoot && { uid: NOBODY, gid: NOBODY }),
  })
  expect(stderr).toContain(
    'The power cannot be cut here: a disk image has to be mounted behind a loop device, and only',
  )
  expect(stderr).toContain('Nothing was proven.')
  expect(status).toBe(77)
})
