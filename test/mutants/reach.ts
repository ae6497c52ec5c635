/** Which test files load which code, read from their imports without running them. */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** Of these test files, those that load one of the files of code, directly or through what they import. */
export const thatLoad = (tests: readonly string[], code: ReadonlySet<string>): string[] =>
  tests.filter((test) => Iterator.from(loadedBy(test)).some((file) => code.has(file)))

const loadedBy = (start: string): Set<string> => {
  const loaded = new Set([start])
  // A set goes on to what is added while it is read.
  for (const file of loaded) for (const imported of importsOf(file)) loaded.add(imported)
  return loaded
}

const importsOf = (file: string): readonly string[] => {
  const known = remembered.get(file)
  if (known !== undefined) return known
  const names = Array.from(readFileSync(file, 'utf8').matchAll(IMPORT), ([, name = '']) => name)
  const found = names.map((name) => fileOf(name, file)).filter((path) => path.endsWith('.ts') && existsSync(path))
  remembered.set(file, found)
  return found
}

const remembered = new Map<string, readonly string[]>()

const IMPORT = /(?:\bfrom|\bimport)\s*\(?\s*'([.#][^']+)'/g

const { imports } = JSON.parse(readFileSync('package.json', 'utf8')) as { imports: Record<string, string> }
const aliases = Object.entries(imports).map(([alias, target]) => ({
  start: alias.replace('*', ''),
  target: target.replace(/^\.\//, ''),
}))

/** The file that a name stands for. A package keeps its name, which is no file. */
const fileOf = (name: string, from: string): string => {
  if (name.startsWith('.')) return join(dirname(from), name)
  const alias = aliases.find(({ start }) => name.startsWith(start))
  return alias === undefined ? name : alias.target.replace('*', name.slice(alias.start.length))
}
