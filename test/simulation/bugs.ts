/** All bugs to plant, by the part of the way of an entry in which they are. */
import { registerHooks, stripTypeScriptTypes, type LoadHookSync, type ResolveHookSync } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Bug } from './bug.ts'
import { BUGS_OF_ARCHIVE } from './bugs-of-archive.ts'
import { BUGS_OF_CLOSING } from './bugs-of-closing.ts'
import { BUGS_OF_INGEST } from './bugs-of-ingest.ts'
import { BUGS_OF_JOURNAL } from './bugs-of-journal.ts'
import { BUGS_OF_MENDING } from './bugs-of-mending.ts'
import { BUGS_OF_PEOPLE } from './bugs-of-people.ts'
import { BUGS_OF_RECONCILING } from './bugs-of-reconciling.ts'
import { sourceOf } from './loaded-source.ts'

export const BUGS: readonly Bug[] = [
  ...BUGS_OF_INGEST,
  ...BUGS_OF_JOURNAL,
  ...BUGS_OF_ARCHIVE,
  ...BUGS_OF_RECONCILING,
  ...BUGS_OF_PEOPLE,
  ...BUGS_OF_CLOSING,
  ...BUGS_OF_MENDING,
]

/**
 * Imports a module of this folder with a bug planted in what it uses. Each bug has its own copy of our modules, so that one
 * process can plant one bug after the other.
 */
export const importWithBug = async <Module>(name: string, module: string): Promise<Module> => {
  copies ??= registerHooks({ resolve: intoCopy, load: plantInCopy })
  const index = BUGS.indexOf(bugOf(name))
  return (await import(`${pathToFileURL(join(import.meta.dirname, module)).href}?bug=${index}`)) as Module
}

let copies: ReturnType<typeof registerHooks> | undefined

const REPOSITORY = pathToFileURL(join(import.meta.dirname, '../../')).href

/** What a copy imports of ours is a copy, too. */
const intoCopy: ResolveHookSync = (specifier, context, nextResolve) => {
  const resolved = nextResolve(specifier, context)
  const [, copy] = /(\?bug=\d+)$/.exec(context.parentURL ?? '') ?? []
  const isOurs = resolved.url.startsWith(REPOSITORY) && !resolved.url.includes('/node_modules/')
  return copy !== undefined && isOurs ? { ...resolved, url: `${resolved.url}${copy}` } : resolved
}

const plantInCopy: LoadHookSync = (url, context, nextLoad) => {
  const [, index] = /\?bug=(\d+)$/.exec(url) ?? []
  const bug = BUGS[Number(index)]
  if (bug === undefined) return nextLoad(url, context)
  const { pathname } = new URL(url)
  if (pathname.endsWith(`/${bug.file}`)) return plant(bug.name)(url, context, nextLoad)
  const plain = plainSources.get(pathname)
  if (plain !== undefined) return { format: 'module', source: plain(), shortCircuit: true }
  const loaded = nextLoad(url, context)
  if (pathname.endsWith('.ts'))
    plainSources.set(
      pathname,
      once(() => stripTypeScriptTypes(sourceOf(url, loaded.source))),
    )
  return loaded
}

/** The modules without a bug are the same in each copy. To take their types out costs more than the rest of their loading. */
const plainSources = new Map<string, () => string>()

const once = <T>(make: () => T): (() => T) => {
  let made: { readonly value: T } | undefined
  return () => (made ??= { value: make() }).value
}

/** A hook for Node's module loader that plants the bug in its file. */
const plant = (name: string): LoadHookSync => {
  const bug = bugOf(name)
  return (url, context, nextLoad) => {
    const loaded = nextLoad(url, context)
    if (!new URL(url).pathname.endsWith(`/${bug.file}`)) return loaded
    const source = sourceOf(url, loaded.source)
    if (source.split(bug.find).length !== 2) throw new Error(`"${bug.name}" no longer fits ${bug.file}`)
    return { ...loaded, source: source.replace(bug.find, () => bug.plant) }
  }
}

const bugOf = (name: string): Bug => {
  const bug = BUGS.find((candidate) => candidate.name === name)
  if (bug === undefined) throw new Error(`no bug is called "${name}"`)
  return bug
}
