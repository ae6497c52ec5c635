/** The code of each Lambda function: one file, made by esbuild, the same bytes each time and in each folder. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { decode, encode, type SourceMapSegment } from '@jridgewell/sourcemap-codec'
import { buildSync } from 'esbuild'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

/** The entry file of each function. */
export const DEPLOYABLES = {
  ingest: 'ingest/ingest.lambda.ts',
  'query-api': 'query-api/query-api.lambda.ts',
  journal: 'processors/journal/journal.lambda.ts',
  archive: 'processors/archive/archive.lambda.ts',
  heartbeat: 'processors/heartbeat/heartbeat.lambda.ts',
  close: 'processors/close/close.lambda.ts',
  'token-claims': 'infra/aws/identity/token-claims.lambda.ts',
} as const

export type Deployable = keyof typeof DEPLOYABLES

/** The entry file of each container (container-edge.ts). */
export const SERVERS = {
  'ingest-server': 'ingest/ingest.server.ts',
  'query-api-server': 'query-api/query-api.server.ts',
} as const

const ENTRIES = { ...DEPLOYABLES, ...SERVERS }

type Bundled = keyof typeof ENTRIES

export type Bundle = {
  /** The files of the function, by their path in its folder. */
  readonly files: ReadonlyMap<string, Uint8Array>
  /** What the code was made of, as paths from the root of the project. */
  readonly inputs: readonly string[]
}

/** Bundles a function or a server and answers the folder that holds it. */
export const bundled = (deployable: Bundled, out = join(ROOT, 'cdk.out/bundles')): string => {
  return writeBundle(bundleOf(deployable), join(out, deployable))
}

/** Writes the files of a function into a folder of their own, which it answers. */
export const writeBundle = ({ files }: Bundle, folder: string): string => {
  rmSync(folder, { recursive: true, force: true })
  for (const [path, bytes] of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), bytes)
  }
  return folder
}

/** Services whose `/docs` shows Swagger UI. */
const WITH_DOCS: readonly Bundled[] = ['ingest', 'query-api', 'ingest-server', 'query-api-server']

/** Imported only when no workgroup of Athena is set: DuckDB is 60 MB of binaries. */
const NOT_ON_AWS = ['#adapters/archive-queries/duckdb-archive-queries']

/** Bundles a function or a server of the project at `root`. */
export const bundleOf = (deployable: Bundled, root = ROOT): Bundle => {
  const { outputFiles, metafile } = buildSync({
    entryPoints: [join(root, ENTRIES[deployable])],
    // Nothing is written there. The map names its sources from here, so it is the same wherever the bundle goes.
    outfile: join(root, 'index.mjs'),
    write: false,
    metafile: true,
    absWorkingDir: root,
    bundle: true,
    minify: true,
    // The names of functions and classes stand in logs and stacks.
    keepNames: true,
    platform: 'node',
    external: NOT_ON_AWS,
    target: 'node24',
    format: 'esm',
    mainFields: ['module', 'main'],
    // Some packages are CommonJS and call `require` for Node's own modules.
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    sourcemap: 'linked',
    sourcesContent: false,
    legalComments: 'none',
    logLevel: 'warning',
  })
  const files = new Map<string, Uint8Array>(
    outputFiles.map(({ path, contents, text }) =>
      path.endsWith('.map') ? ['index.mjs.map', ofOurLines(text)] : ['index.mjs', contents],
    ),
  )
  if (WITH_DOCS.includes(deployable)) for (const [path, bytes] of swaggerUi()) files.set(path, bytes)
  return { files, inputs: Object.keys(metafile.inputs) }
}

/**
 * The map without the lines of packages, which are nine tenths of it: with them two functions are larger than a megabyte,
 * and Node reads all of it before it writes the first stack. A stack names our lines; a frame in a package keeps the name
 * of its function and its place in the bundle.
 */
const ofOurLines = (text: string): Uint8Array => {
  const map = JSON.parse(text) as { version: number; sources: string[]; mappings: string }
  const ours = new Map<number, number>()
  const sources = map.sources.filter((source, index) => {
    if (isOfPackage(source)) return false
    ours.set(index, ours.size)
    return true
  })
  const segments = (line: readonly SourceMapSegment[]): SourceMapSegment[] => {
    const kept: SourceMapSegment[] = []
    for (const [column, source, sourceLine, sourceColumn] of line) {
      const ourSource = source === undefined ? undefined : ours.get(source)
      if (ourSource !== undefined) kept.push([column, ourSource, sourceLine as number, sourceColumn as number])
      // Without the end of our code, what follows would count as a part of its last line.
      else if (kept.at(-1)?.length !== 1) kept.push([column])
    }
    return kept
  }
  const mappings = encode(decode(map.mappings).map(segments))
  return new TextEncoder().encode(JSON.stringify({ version: map.version, sources, names: [], mappings }))
}

const isOfPackage = (source: string): boolean => source.split('/').includes('node_modules')

/** The files of Swagger UI that http/docs.ts looks for, where Node finds packages. */
const swaggerUi = (): (readonly [string, Uint8Array])[] => {
  const from = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'))
  return ['package.json', 'swagger-ui.css', 'swagger-ui-bundle.js'].map((file) => [
    `node_modules/swagger-ui-dist/${file}`,
    readFileSync(join(from, file)),
  ])
}
