import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { cpus, release, totalmem, type } from 'node:os'

/** The machine on which figures are taken. */
export const machine = () => ({
  cpu: cpus()[0]?.model ?? 'unknown',
  cores: cpus().length,
  memoryGiB: Math.round(totalmem() / 2 ** 30),
  system: `${type()} ${release()} ${process.arch}`,
})

/** The measured versions: our own commit, and everything that it runs on. */
export const versions = () => ({
  commit: git('describe', '--always', '--dirty', '--abbrev=12'),
  node: process.version,
  packages: installedPackages(),
})

const git = (...args: string[]): string => {
  try {
    return execFileSync('git', args, { encoding: 'utf8' }).trim()
  } catch {
    // An unpacked copy has no history.
    return 'unknown'
  }
}

/** Our direct dependencies in their pinned versions. */
const installedPackages = (): Record<string, string> => {
  const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as Manifest
  return { ...manifest.dependencies, ...manifest.optionalDependencies }
}

type Manifest = Readonly<Record<'dependencies' | 'optionalDependencies', Record<string, string>>>
