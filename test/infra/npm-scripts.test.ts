/** The scripts of package.json run on any shell that npm uses, and on an old Node they say so. */
import { readFileSync } from 'node:fs'
import { runInNewContext } from 'node:vm'
import { describe, expect, test } from 'vitest'

const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> }

describe.each(Object.entries(scripts))('npm run %s', (_name, script) => {
  test('looks at the version of Node before it does anything else', () => {
    expect(script).toMatch(
      /^(?:(?:exec )?node -r \.\/infra\/node-version\.cjs |node infra\/node-version\.cjs && |npm run )/,
    )
  })

  test('says nothing that the shell of Windows does not understand', () => {
    // There, `exec.cmd` stands for the `exec` of other shells.
    expect(readFileSync('exec.cmd', 'utf8')).toMatch(/^@%\*\r?$/m)
    expect(script.replace(/^exec /, '')).not.toMatch(/'|\$|`|;|(?:^|&& )(?:exec|:|\w+=)/)
  })
})

const checkOn = (node: string) => {
  const said: string[] = []
  let code: number | undefined
  runInNewContext(readFileSync('infra/node-version.cjs', 'utf8'), {
    process: { versions: { node }, execPath: '/usr/bin/node', exit: (given: number) => (code = given) },
    console: { error: (line: string) => void said.push(line) },
  })
  return { code, said: said.join('\n') }
}

test.each(['18.20.8', '20.20.2', '23.11.1'])('Node %s is refused in a sentence that says what to do', (node) => {
  const { code, said } = checkOn(node)
  expect(code).toBe(1)
  expect(said).toContain(
    `Daybook needs Node 24 or newer, and this is Node ${node} (/usr/bin/node).\nInstall a newer one`,
  )
})

test.each(['24.0.0', '26.10.0', '100.0.0'])('Node %s is used', (node) => {
  expect(checkOn(node)).toEqual({ code: undefined, said: '' })
})
