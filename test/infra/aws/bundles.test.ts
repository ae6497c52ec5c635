/** The code of the functions, as it is deployed. */
import { execFile } from 'node:child_process'
import { cpSync, existsSync, globSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { SourceMap, type SourceMapPayload } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { deflateRawSync } from 'node:zlib'
import type { APIGatewayProxyResult } from 'hono/aws-lambda'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bundleOf, DEPLOYABLES, writeBundle, type Bundle, type Deployable } from '#infra/aws/bundles'
import { apiGatewayEvent, sentBack } from '#test/api-gateway-event'

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))
const ALL = Object.keys(DEPLOYABLES) as Deployable[]

const bundles = new Map<Deployable, Bundle>()
const ofDeployable = (deployable: Deployable): Bundle => bundles.get(deployable) ?? expect.fail('not bundled')
const textIn = (deployable: Deployable, file: string): string =>
  new TextDecoder().decode(ofDeployable(deployable).files.get(file) ?? expect.fail(`no ${file}`))

/** A folder far from the project, as on Lambda: what is not in the bundle is not found. */
let out: string

beforeAll(() => {
  out = mkdtempSync(join(tmpdir(), 'daybook-bundles-'))
  for (const deployable of ALL) bundles.set(deployable, bundleOf(deployable))
}, 60_000)
afterAll(() => rmSync(out, { recursive: true, force: true }))

test('Every file of a function is bundled, and none besides', () => {
  const files = globSync('{ingest,query-api,processors,infra,http}/**/*.lambda.ts', { cwd: ROOT })
  expect(Object.values(DEPLOYABLES).toSorted()).toEqual(files.toSorted())
})

describe('The bundle of', () => {
  test.each(ALL)('%s has at most a megabyte when zipped', (deployable) => {
    // A zip spends 76 bytes on each file beside its name, which stands twice, and 22 at its end.
    const zipped = Array.from(ofDeployable(deployable).files, ([path, bytes]) => {
      return deflateRawSync(bytes).length + 76 + 2 * path.length
    })
    expect(zipped.reduce((sum, bytes) => sum + bytes, 22)).toBeLessThanOrEqual(1_000_000)
  })

  test.each(ALL)('%s holds nothing of tests, and no package that is only for development', (deployable) => {
    const { devDependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
      devDependencies: Record<string, string>
    }
    const { inputs } = ofDeployable(deployable)
    expect(inputs).toContain(DEPLOYABLES[deployable])
    const unwanted = [
      'test',
      'bench',
      'infra/local',
      ...Object.keys(devDependencies).map((name) => `node_modules/${name}`),
    ]
    expect(inputs.filter((input) => unwanted.some((folder) => input.startsWith(`${folder}/`)))).toEqual([])
  })

  test.each(ALL)('%s has a map that names our files from the root, and holds no text of them', (deployable) => {
    const map = JSON.parse(textIn(deployable, 'index.mjs.map')) as { sources: string[]; sourcesContent?: unknown }
    expect(map.sourcesContent).toBeUndefined()
    expect(map.sources).toContain(DEPLOYABLES[deployable])
    for (const source of map.sources) {
      expect(source).toMatch(/^[a-z]/)
      expect(existsSync(join(ROOT, source)), source).toBe(true)
    }
  })
})

test('A bundle is the same when it is made again in another folder', { timeout: 60_000 }, () => {
  const elsewhere = join(out, 'another', 'checkout')
  for (const folder of ['adapters', 'http', 'infra', 'ingest', 'ledger', 'processors', 'query-api', 'sql', 'wire'])
    cpSync(join(ROOT, folder), join(elsewhere, folder), { recursive: true })
  for (const file of ['package.json', 'tsconfig.json']) cpSync(join(ROOT, file), join(elsewhere, file))
  symlinkSync(join(ROOT, 'node_modules'), join(elsewhere, 'node_modules'))
  for (const deployable of ALL) {
    const { files } = ofDeployable(deployable)
    const again = bundleOf(deployable, elsewhere).files
    expect([...again.keys()]).toEqual([...files.keys()])
    for (const [path, bytes] of again) {
      // A failure would print megabytes.
      expect(Buffer.compare(bytes, files.get(path) ?? Buffer.alloc(0)), `${deployable}: ${path}`).toBe(0)
    }
  }
})

/** What Lambda sets, and what the template sets without a default. */
const ENVIRONMENT = {
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'none',
  AWS_SECRET_ACCESS_KEY: 'none',
  LOG_LEVEL: 'silent',
}

const run = promisify(execFile)

/** Imports a bundle in a process of its own, and answers what its handler makes of each event. */
const called = async (deployable: Deployable, events: readonly unknown[], environment: Record<string, string> = {}) => {
  const script = `const { handler } = await import(${JSON.stringify(join(writeBundle(ofDeployable(deployable), join(out, deployable)), 'index.mjs'))});
    const results = [typeof handler];
    for (const event of ${JSON.stringify(events)}) results.push(await handler(event, {}));
    process.stdout.write(JSON.stringify(results), () => process.exit(0))`
  const { stdout } = await run(process.execPath, ['--enable-source-maps', '--input-type=module', '-e', script], {
    cwd: out,
    env: { ...ENVIRONMENT, ...environment },
    maxBuffer: 16 * 1024 * 1024,
  })
  const [type, ...results] = JSON.parse(stdout) as [string, ...unknown[]]
  return { type, results }
}

test.each(ALL)('The bundle of %s begins with nothing but its own folder, and exports a handler', async (deployable) => {
  expect(await called(deployable, [])).toEqual({ type: 'function', results: [] })
})

test.each([
  { deployable: 'ingest', prefix: '/ingest' },
  { deployable: 'query-api', prefix: '' },
] as const)(
  'The function $deployable serves its document and pages from its bundle',
  async ({ deployable, prefix }) => {
    const paths = ['/docs', '/docs/problems', '/openapi.json', '/healthz', '/docs/assets/page.css']
    const swagger = ['swagger-ui.css', 'swagger-ui-bundle.js']
    const all = [...paths, ...swagger.map((file) => `/docs/assets/${file}`)]
    const { results } = await called(
      deployable,
      all.map((path) => apiGatewayEvent({ path: `${prefix}${path}` })),
    )
    const answers = (results as APIGatewayProxyResult[]).map(sentBack)
    expect(answers.map(({ status }) => status)).toEqual(all.map(() => 200))
    for (const [index, file] of swagger.entries()) {
      const published = readFileSync(join(ROOT, 'node_modules/swagger-ui-dist', file))
      expect(answers[paths.length + index]?.body.equals(published)).toBe(true)
    }
  },
)

test('A stack names the line of our code', async () => {
  const { stderr } = await called('journal', [], { BOOKS_AT_ONCE: '0' }).then(
    () => expect.fail('it started'),
    (error: unknown) => error as { stderr: string },
  )
  const line = readFileSync(join(ROOT, 'infra/settings.ts'), 'utf8')
    .split('\n')
    .findIndex((text) => text.includes('throw new Error(explain('))
  expect(stderr).toContain(`infra/settings.ts:${line + 1}:`)
  expect(stderr).toMatch(/processors\/journal\/journal\.lambda\.ts:\d+:\d+/)
})

test.each([
  { name: 'the AWS SDK', text: 'X-Amzn-Trace-Id' },
  { name: 'Hono', text: 'Context is not finalized' },
  { name: 'aws-jwt-verify', text: 'Token expired at' },
])('The map gives no line of ours for the code of $name', ({ text }) => {
  const code = textIn('ingest', 'index.mjs').split('\n')
  const map = new SourceMap(JSON.parse(textIn('ingest', 'index.mjs.map')) as SourceMapPayload)
  const line = code.findIndex((codeLine) => codeLine.includes(text))
  expect(line).not.toBe(-1)
  const entry = map.findEntry(line, code[line]?.indexOf(text) ?? -1)
  expect((entry as { originalSource?: string }).originalSource).toBeUndefined()
})
