/** Makes all mutants of some files at once: each is in the text beside the original, and a switch says which one runs. */
import { readFileSync } from 'node:fs'
import { Instrumenter } from '@stryker-mutator/instrumenter'
import { sha } from './task.ts'

export type Mutant = {
  /** Its number in the instrumented text. */
  readonly id: string
  readonly file: string
  readonly line: number
  readonly kind: string
  readonly original: string
  readonly replacement: string
  /** The same for as long as the text of its file is the same. */
  readonly key: string
}

export type Instrumented = { readonly mutants: readonly Mutant[]; readonly texts: ReadonlyMap<string, string> }

export const instrument = async (files: readonly string[]): Promise<Instrumented> => {
  const originals = new Map(files.map((file) => [file, readFileSync(file, 'utf8')]))
  const made = await new Instrumenter(silentLog as never).instrument(
    Array.from(originals, ([name, content]) => ({ name, content, mutate: true })),
    { plugins: null, ignorers: [], excludedMutations: [] },
  )
  const mutants = made.mutants.map(({ id, fileName, location: { start, end }, mutatorName, replacement }): Mutant => {
    const text = originals.get(fileName) ?? ''
    const place = `${start.line}:${start.column}-${end.line}:${end.column}`
    return {
      id,
      file: fileName,
      line: start.line + 1,
      kind: mutatorName,
      original: textBetween(text, start, end),
      replacement,
      key: `${fileName} ${sha(text)} ${place} ${replacement}`,
    }
  })
  return { mutants, texts: new Map(made.files.map(({ name, content }) => [name, withOurSwitch(content)])) }
}

type Place = { readonly line: number; readonly column: number }

const textBetween = (text: string, start: Place, end: Place): string => {
  const lines = text.split('\n').slice(start.line, end.line + 1)
  lines.push((lines.pop() ?? '').slice(0, end.column))
  return lines.join('\n').slice(start.column)
}

/** Stryker's own switch cannot count steps of all mutants together, which is how an endless loop is found. */
const withOurSwitch = (text: string): string => {
  const start = text.indexOf('function stryNS_9fa48')
  if (start === -1) return text
  const lastLine = 'return isActive(id);\n}'
  const end = text.indexOf(lastLine, start) + lastLine.length
  const ours = 'const { isActive: stryMutAct_9fa48, cover: stryCov_9fa48 } = globalThis.__mutants;'
  return text.slice(0, start) + ours + text.slice(end)
}

const silentLog = new Proxy({}, { get: (_, name) => (String(name).startsWith('is') ? () => false : () => {}) })
