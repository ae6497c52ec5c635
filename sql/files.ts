/** What is in this folder: SQL that Athena (Trino) and DuckDB run alike. */
import { readdirSync, readFileSync } from 'node:fs'

/** The statements that make the views, each after those it needs. */
export const viewStatements = (): string[] => sqlFiles('views').map(({ text }) => text)

export type SavedQuery = {
  readonly name: string
  /** What it answers: the comment it starts with. */
  readonly about: string
  readonly parameters: readonly Parameter[]
  /** With '{name}', quotes included, where the value of a parameter goes. */
  readonly text: string
}

/** A line after the comment says it: `-- {name} kind = 'default': meaning`. Without a default it has to be given. */
export type Parameter = {
  readonly name: string
  readonly kind: ParameterKind
  readonly fallback: string | undefined
  readonly meaning: string
}

const PARAMETER_KINDS = ['day', 'merchant', 'text', 'integer'] as const
export type ParameterKind = (typeof PARAMETER_KINDS)[number]

export const savedQueries = (): SavedQuery[] =>
  sqlFiles('saved').map(({ name, text }) => {
    const comment = leadingComment(text)
    return {
      name,
      text,
      about: comment.filter((line) => !line.startsWith('{')).join(' '),
      parameters: comment.filter((line) => line.startsWith('{')).map((line) => parameterIn(line, name)),
    }
  })

/**
 * The statement with the values of its parameters, and with `{name}` in the place of one that is not given and has no
 * default. A value goes in as a text literal, which ends at no character of it. As a constant, unlike a parameter of the
 * engine, it decides before the statement runs which days are read.
 */
export const statementOf = (
  { text, parameters }: SavedQuery,
  values: Readonly<Record<string, string>> = {},
): string => {
  const given = new Map(parameters.map(({ name, fallback }) => [name, values[name] ?? fallback]))
  // In one pass, so that a value which looks like a parameter stays a value.
  return text.replaceAll(/'\{(\w+)\}'/g, (place, name: string) => {
    const value = given.get(name)
    return value === undefined ? place : `'${value.replaceAll("'", "''")}'`
  })
}

const sqlFiles = (folder: 'views' | 'saved') => {
  const at = new URL(`./${folder}/`, import.meta.url)
  return readdirSync(at)
    .filter((file) => file.endsWith('.sql'))
    .toSorted()
    .map((file) => ({ name: file.replace(/\.sql$/, ''), text: readFileSync(new URL(file, at), 'utf8') }))
}

const leadingComment = (text: string): string[] =>
  (/^(?:--.*\n)+/.exec(text)?.[0] ?? '')
    .split('\n')
    .map((line) => line.replace(/^-- ?/, '').trim())
    .filter((line) => line !== '')

const parameterIn = (line: string, query: string): Parameter => {
  const { name = '', kind: word, fallback, meaning = '' } = PARAMETER.exec(line)?.groups ?? {}
  const kind = PARAMETER_KINDS.find((known) => known === word)
  if (kind === undefined) throw new Error(`sql/saved/${query}.sql: "${line}" declares no parameter`)
  return { name, kind, fallback, meaning }
}

const PARAMETER = /^\{(?<name>\w+)\} (?<kind>\w+)(?: = '(?<fallback>[^']*)')?: (?<meaning>.+)$/
