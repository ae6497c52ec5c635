/** Holds the table of folders in docs/ARCHITECTURE.md: the page is the rule, and this test reads it. */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'

type Row = {
  /** Folders with a slash at the end. */
  readonly folders: readonly string[]
  /** Folders, which include the folders below them, and packages. A star at the end stands for any rest. */
  readonly mayImport: readonly string[]
}

/** The rows of the tables below a heading: the code in their first and in their last cell. */
const rowsBelow = (heading: string): Row[] => {
  const page = readFileSync('docs/ARCHITECTURE.md', 'utf8')
  const section = page.split(/^## /m).find((section) => section.startsWith(`${heading}\n`)) ?? ''
  return [...section.matchAll(/^\| (`.*) \|$/gm)].map(([, line = '']) => {
    const cells = line.split(' | ')
    return { folders: codeIn(cells[0]), mayImport: codeIn(cells.at(-1)) }
  })
}

const codeIn = (cell = ''): string[] => Array.from(cell.matchAll(/`([^`]+)`/g), ([, code = '']) => code)

const rows = rowsBelow('Where things are')
const folderRows = rows.filter(({ folders }) => folders.every((folder) => folder.endsWith('/')))
/** What files of a certain name may import beside what their folder may, such as `*.server.ts`. */
const fileRows = rows.filter((row) => !folderRows.includes(row))

const ignored = [...readFileSync('.gitignore', 'utf8').matchAll(/^(.+)\/$/gm)].map(([, folder = '']) => folder)

const filesBelow = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true }).flatMap((found) => {
    const path = join(folder, found.name)
    if (!found.isDirectory()) return [path]
    return ignored.includes(found.name) || found.name === '.git' ? [] : filesBelow(path)
  })

const everyFile = filesBelow('.')
const files = everyFile.filter((file) => /\.(ts|js)$/.test(file))

const folderOf = (file: string): string => `${dirname(file)}/`

const rowOfFolder = new Map(folderRows.flatMap(({ folders }, row) => folders.map((folder) => [folder, row] as const)))

const rowOf = (file: string): number => rowOfFolder.get(folderOf(file)) ?? -1

/** What a file imports, types included: files of ours by their path, packages by their name. */
const importsOf = (file: string): string[] =>
  Array.from(readFileSync(file, 'utf8').matchAll(IMPORT), ([, from, bare, dynamic]) => {
    const name = from ?? bare ?? dynamic ?? ''
    if (name.startsWith('.')) return join(dirname(file), name)
    return name.startsWith('#') ? `${name.slice(1)}.ts` : name
  })

const IMPORT = /^(?:import|export)\s[^'"`;]*?\bfrom '([^']+)'|^import '([^']+)'|\bimport\('([^']+)'\)/gm

const imports = new Map(files.map((file) => [file, importsOf(file)]))

const isOurs = (imported: string): boolean => imports.has(imported) || /^[\w-]+\/.*\.(ts|js)$/.test(imported)

const covers = (allowed: string, imported: string): boolean => {
  if (allowed.endsWith('/')) return isOurs(imported) && imported.startsWith(allowed)
  if (allowed.endsWith('*')) return imported.startsWith(allowed.slice(0, -1))
  return imported === allowed || imported.startsWith(`${allowed}/`)
}

const isNamedLike = (file: string, pattern: string): boolean =>
  pattern.startsWith('*') ? file.endsWith(pattern.slice(1)) : file.endsWith(`/${pattern}`)

const strays = (isStray: (file: string, imported: string) => boolean): string[] =>
  [...imports].flatMap(([file, imported]) =>
    imported.filter((one) => isStray(file, one)).map((one) => `${file} imports ${one}`),
  )

describe('docs/ARCHITECTURE.md, "Where things are"', () => {
  test('lists every folder that holds a file exactly once, and no other', () => {
    const listed = folderRows.flatMap(({ folders }) => folders)
    expect(listed.toSorted()).toEqual([...new Set(everyFile.map(folderOf))].toSorted())
  })

  test.each(folderRows.map((row, index) => ({ row, index, name: row.folders.join(', ') })))(
    'a file in $name imports only what its row allows',
    ({ row, index }) => {
      const outOfBounds = strays(
        (file, imported) =>
          rowOf(file) === index &&
          rowOf(imported) !== index &&
          ![row, ...fileRows.filter(({ folders }) => folders.some((pattern) => isNamedLike(file, pattern)))].some(
            ({ mayImport }) => mayImport.some((allowed) => covers(allowed, imported)),
          ),
      )
      expect(outOfBounds).toEqual([])
    },
  )

  test('allows no import that no file needs', () => {
    const unused = folderRows.flatMap(({ folders, mayImport }, index) => {
      const imported = files.filter((file) => rowOf(file) === index).flatMap((file) => imports.get(file) ?? [])
      return mayImport
        .filter((allowed) => !imported.some((one) => covers(allowed, one)))
        .map((allowed) => `${folders.join(', ')} may import ${allowed} and does not`)
    })
    expect(unused).toEqual([])
  })

  test('a folder imports only from rows above its own, so no import runs back', () => {
    expect(strays((file, imported) => isOurs(imported) && rowOf(imported) > rowOf(file))).toEqual([])
  })
})

test('no files import each other in a circle, types included', () => {
  expect(circlesIn(imports)).toEqual([])
})

test('no folders import each other in a circle, except ledger/ and its room for what only speed explains', () => {
  const folders = new Map<string, string[]>()
  for (const [file, imported] of imports) {
    const others = imported.filter(isOurs).map(folderOf)
    const known = folders.get(folderOf(file)) ?? []
    folders.set(folderOf(file), [...known, ...others.filter((folder) => folder !== folderOf(file))])
  }
  expect(circlesIn(folders)).toEqual(['ledger/ → ledger/memory/', 'ledger/memory/ → ledger/'])
})

type Graph = ReadonlyMap<string, readonly string[]>

/** The nodes from which a way leads back to them, each with the next steps of such ways. */
const circlesIn = (graph: Graph): string[] => {
  const inCircles = [...graph.keys()].filter((node) => reachableFrom(graph, node).has(node))
  return inCircles.map((node) => {
    const next = graph.get(node)?.filter((one) => inCircles.includes(one)) ?? []
    return `${node} → ${[...new Set(next)].join(', ')}`
  })
}

/** All nodes to which a way leads; the node itself, if it is in a circle. */
const reachableFrom = (graph: Graph, node: string): ReadonlySet<string> => {
  const reached = new Set<string>()
  const left = [node]
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    const unseen = (graph.get(next) ?? []).filter((one) => graph.has(one) && !reached.has(one))
    for (const one of unseen) reached.add(one)
    left.push(...unseen)
  }
  return reached
}

/** These files load a consumer's handler, as Lambda would. */
const HOSTS_OF_HANDLERS = [
  'infra/local/consumers.server.ts',
  'bench/rig/cold-worker.ts',
  'test/flows/local-system.test.ts',
]

test('nothing imports a deployable, except the hosts of the consumers, which load them as Lambda would', () => {
  const importsDeployable = strays(
    (file, imported) => /\.(lambda|server)\.ts$/.test(imported) && !HOSTS_OF_HANDLERS.includes(file),
  )
  expect(importsDeployable).toEqual([])
})
