import { globSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

/** A constant that says a format's version: `const FORMAT = 1`. */
const VERSION = /^(?:export )?const (\w*(?:FORMAT|VERSION)) = (\d+)$/gm

test('docs/formats.md lists every version that the code declares, and no other', () => {
  const declared = globSync('{ledger,wire,adapters,infra,ingest,processors,query-api,operations}/**/*.ts').flatMap(
    (file) =>
      Array.from(readFileSync(file, 'utf8').matchAll(VERSION), ([, name, version]) => `${file} ${name} ${version}`),
  )
  const listed = Array.from(
    readFileSync('docs/formats.md', 'utf8').matchAll(/\| (\d+) +\| `([^`]+)` `(\w+)`/g),
    ([, version, file, name]) => `${file} ${name} ${version}`,
  )
  expect(listed.toSorted()).toEqual(declared.toSorted())
})
