/**
 * npm run test:generators [-- NAME …]
 *
 * Makes clients from the documents that the running system publishes, with each generator at a pinned version; compiles
 * them together with a program that uses them; and lets the program trade on the system. Exit 0 only when each program has
 * read what the shop sold. It needs package registries, so CI does not run it. docs/client-generators.md has the results.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { isDeepStrictEqual } from 'node:util'
import { table } from '#operations/terminal'
import { YESTERDAY } from '#test/flows/client'
import { RunningSystem } from '#test/flows/running-system'

type Step = 'install' | 'generate' | 'compile' | 'round trip'

type Generator = {
  readonly language: string
  /** The command of each step, in the folder of the program beside `ingest.json` and `query.json`. */
  readonly steps: Readonly<Record<Step, string>>
}

const npm: Generator = {
  language: 'TypeScript',
  steps: {
    install: 'npm install --no-audit --no-fund --no-package-lock',
    generate: 'npm run generate',
    compile: 'npm run compile',
    'round trip': 'npm run -s round-trip',
  },
}

const go = (generate: (document: string) => string): Generator => ({
  language: 'Go',
  steps: {
    install: 'mkdir -p ingest query && go get tool',
    generate: `${generate('ingest')} && ${generate('query')} && go mod tidy`,
    compile: 'go vet ./... && go build -o round-trip .',
    'round trip': './round-trip',
  },
})

const python = (document: string): string =>
  `venv/bin/openapi-python-client generate --path ${document}.json --config config.yml --output-path ${document} --fail-on-warning`

/** By the folder of the program, which pins the versions. */
const GENERATORS: Readonly<Record<string, Generator>> = {
  'openapi-typescript': npm,
  orval: npm,
  'hey-api': npm,
  'openapi-python-client': {
    language: 'Python',
    steps: {
      install: 'python3 -m venv venv && venv/bin/pip install -q -r requirements.txt',
      generate: `${python('ingest')} && ${python('query')} && venv/bin/pip install -q ./ingest ./query`,
      compile: 'venv/bin/mypy --strict round_trip.py',
      'round trip': 'venv/bin/python round_trip.py',
    },
  },
  ogen: go((document) => `go tool ogen --target ${document} --package ${document} --clean ${document}.json`),
  'oapi-codegen': go(
    (document) =>
      `go tool oapi-codegen -generate types,client -package ${document} -o ${document}/client.go ${document}.json`,
  ),
  'openapi-generator': {
    language: 'Java',
    steps: {
      install: 'true',
      generate: 'mvn -q -B generate-sources',
      compile: 'mvn -q -B compile',
      'round trip': 'mvn -q -B exec:java',
    },
  },
}

/** What each program sends: see `programs`. The amounts are more than 32 bits hold. */
const EXPECTED = {
  credits: 1_000_000_000_000 + 250 + 700 + 100 + 200,
  entryCount: 5,
  pix: 1_000_000_001_250,
  digest: null,
  refused: ['invalid'],
  uploaded: 2,
  missing: 'not-found',
}

const PROGRAMS = fileURLToPath(new URL('programs/', import.meta.url))
const STEP_MS = 10 * 60_000

/** Runs a command to its end. Its output is shown only when it fails. */
const run = async (command: string, folder: string, env: NodeJS.ProcessEnv): Promise<string> => {
  const child = spawn('sh', ['-c', command], {
    cwd: folder,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: STEP_MS,
  })
  const [output, errors, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
  if (code !== 0) throw new Error(`${command} ended with ${String(code)}:\n${lastLines(output + errors)}`)
  return output
}

const lastLines = (output: string): string => output.trimEnd().split('\n').slice(-40).join('\n')

type Outcome = { readonly name: string; readonly failedAt?: Step | 'comparison' }

const tryGenerator = async (name: string, system: RunningSystem, folder: string): Promise<Outcome> => {
  const { steps } = GENERATORS[name] as Generator
  const own = join(folder, name)
  cpSync(join(PROGRAMS, name), own, { recursive: true })
  for (const [document, url] of [
    ['ingest', system.ingest],
    ['query', system.query],
  ] as const)
    writeFileSync(join(own, `${document}.json`), await (await fetch(`${url}/openapi.json`)).text())
  const env = {
    ...process.env,
    INGEST_URL: system.ingest,
    QUERY_URL: system.query,
    TOKEN: system.token,
    MERCHANT: `shop-of-${name}`,
    DAY: YESTERDAY,
  }
  let output = ''
  for (const [step, command] of Object.entries(steps) as [Step, string][]) {
    try {
      output = await run(command, own, env)
      console.log(`✓ ${name}: ${step}`)
    } catch (error) {
      console.error(`✗ ${name}: ${step}\n${(error as Error).message}`)
      return { name, failedAt: step }
    }
  }
  // Maven writes lines of its own around it.
  const read: unknown = JSON.parse(/\{.*"credits".*\}/.exec(output)?.[0] ?? 'null')
  if (isDeepStrictEqual(read, EXPECTED)) return { name }
  console.error(`✗ ${name}: it read ${JSON.stringify(read)}, not ${JSON.stringify(EXPECTED)}`)
  return { name, failedAt: 'comparison' }
}

const named = process.argv.slice(2)
const unknown = named.filter((name) => !(name in GENERATORS))
if (unknown.length > 0) {
  console.error(`Unknown generators: ${unknown.join(', ')}. Known are ${Object.keys(GENERATORS).join(', ')}.`)
  process.exit(1)
}

const folder = mkdtempSync(join(tmpdir(), 'daybook-generators-'))
const system = await RunningSystem.start()
process.once('exit', () => system.killAllNow())
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(name, () => process.exit(130))

// One after the other: each uses all cores by itself.
const outcomes: Outcome[] = []
for (const name of named.length > 0 ? named : Object.keys(GENERATORS))
  outcomes.push(await tryGenerator(name, system, folder))
await system.remove()

const hasPassed = outcomes.every(({ failedAt }) => failedAt === undefined)
console.log(
  table(
    ['generator', 'language', 'result'],
    outcomes.map(({ name, failedAt }) => [
      name,
      GENERATORS[name]?.language ?? '',
      failedAt === undefined ? 'compiled and used' : `failed: ${failedAt}`,
    ]),
  ),
)
if (hasPassed) rmSync(folder, { recursive: true, force: true })
else console.error(`What was made is kept in ${folder}.`)
process.exitCode = hasPassed ? 0 : 1
