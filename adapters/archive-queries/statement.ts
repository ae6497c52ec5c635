import { StatementError } from '#ledger/archive'

/** Refuses a text in which there is no statement: engines say of it only that they expected something else. */
export const refuseEmpty = (sql: string): void => {
  if (sql.replaceAll(NO_STATEMENT, '') !== '') return
  throw new StatementError('There is no statement: the text is empty, or all of it is comments. Give one SELECT.')
}

/** Comments, spaces, semicolons. What a comment within a comment leaves behind is no statement either. */
const NO_STATEMENT = /--[^\n]*|\/\*[\s\S]*?\*\/|[\s;]|\*\//g
