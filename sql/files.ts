/** What is in this folder: SQL that Athena (Trino) and DuckDB run alike. */
import { readdirSync, readFileSync } from 'node:fs'

/** The statements that make the views, each after those it needs. */
export const viewStatements = (): string[] => sqlFiles('views').map(({ text }) => text)

export type SavedQuery = {
  readonly name: string
  /** What it answers: the comment it starts with. */
  readonly about: string
  /** With '{from}' and '{to}' where the first and the last business day go. */
  readonly text: string
}

export const savedQueries = (): SavedQuery[] =>
  sqlFiles('saved').map(({ name, text }) => ({ name, text, about: leadingComment(text) }))

/** A saved query for the business days of a period, both ends included; dates in the form YYYY-MM-DD. */
export const ofPeriod = ({ text }: SavedQuery, from = '0001-01-01', to = '9998-12-31'): string =>
  text.replaceAll('{from}', from).replaceAll('{to}', to)

const sqlFiles = (folder: 'views' | 'saved') => {
  const at = new URL(`./${folder}/`, import.meta.url)
  return readdirSync(at)
    .filter((file) => file.endsWith('.sql'))
    .toSorted()
    .map((file) => ({ name: file.replace(/\.sql$/, ''), text: readFileSync(new URL(file, at), 'utf8') }))
}

const leadingComment = (text: string): string =>
  (/^(?:--.*\n)+/.exec(text)?.[0] ?? '')
    .split('\n')
    .map((line) => line.replace(/^-- ?/, ''))
    .join(' ')
    .trim()
