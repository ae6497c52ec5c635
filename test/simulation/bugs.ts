/** All bugs to plant, by the part of the way of an entry in which they are. */
import { readFileSync } from 'node:fs'
import type { LoadHookSync } from 'node:module'
import type { Bug } from './bug.ts'
import { BUGS_OF_ARCHIVE } from './bugs-of-archive.ts'
import { BUGS_OF_INGEST } from './bugs-of-ingest.ts'
import { BUGS_OF_JOURNAL } from './bugs-of-journal.ts'
import { BUGS_OF_RECONCILING } from './bugs-of-reconciling.ts'

export const BUGS: readonly Bug[] = [
  ...BUGS_OF_INGEST,
  ...BUGS_OF_JOURNAL,
  ...BUGS_OF_ARCHIVE,
  ...BUGS_OF_RECONCILING,
]

/** A hook for Node's module loader that plants the bug in its file. */
export const plant = (name: string): LoadHookSync => {
  const bug = BUGS.find((candidate) => candidate.name === name)
  if (bug === undefined) throw new Error(`no bug is called "${name}"`)
  return (url, context, nextLoad) => {
    const loaded = nextLoad(url, context)
    if (!url.endsWith(`/${bug.file}`)) return loaded
    const source = readFileSync(new URL(url), 'utf8')
    if (source.split(bug.find).length !== 2) throw new Error(`"${bug.name}" no longer fits ${bug.file}`)
    return { ...loaded, source: source.replace(bug.find, () => bug.plant) }
  }
}
