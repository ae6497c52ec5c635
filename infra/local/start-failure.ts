/** The last lines of a start that fails: which service, where its data is, why, and what to do. */
import { visible } from '#infra/visible'
import { asLogEntry, errorInWords, LEVELS } from './output.ts'

export type FailedService = {
  readonly name: string
  /** The file or folder of its data, if it has any. */
  readonly data?: string | undefined
  /** How it ended, and how often. */
  readonly ending: string
  /** Its newest lines of output, the newest last. */
  readonly said: readonly string[]
}

export const failedServiceText = ({ name, data, ending, said }: FailedService): string => {
  const reason = reasonIn(said) ?? 'it printed nothing'
  return [
    `Daybook could not start, because ${name} cannot run: ${ending}.`,
    `  reason   ${visible(reason)}`,
    ...(data === undefined ? [] : [`  data     ${visible(data)}`]),
    `  to do    ${adviceOn(reason)}`,
  ].join('\n')
}

/** Why a process ended: the last error in its output, and otherwise its last line. */
const reasonIn = (said: readonly string[]): string | undefined =>
  said.map(loggedError).findLast((text) => text !== undefined) ??
  said.map(thrownError).findLast((text) => text !== undefined) ??
  said.findLast((line) => line.trim() !== '' && !line.startsWith('Node.js v'))

const loggedError = (line: string): string | undefined => {
  const entry = asLogEntry(line)
  if (entry === undefined || entry.level < LEVELS.error) return undefined
  return entry['err'] === undefined ? entry.msg : errorInWords(entry['err'])
}

/** The line in which Node, before it ends, says what was thrown: `TypeError [CODE]: message`. */
const thrownError = (line: string): string | undefined =>
  /^\s*(?:\[cause\]: )?(?:Uncaught )?\w*(?:Error|Exception)(?: \[\w+\])?: (.+?)(?: \{)?$/.exec(line)?.[1]

const adviceOn = (reason: string): string =>
  ADVICE.find(([kind]) => kind.test(reason))?.[1] ??
  'The lines above say more. docs/operations.md lists messages, and what to do.'

const ADVICE: readonly (readonly [RegExp, string])[] = [
  [/ENOSPC|no space left|disk (?:I\/O error|is full)|or disk is full/i, 'Free space on that disk, then start again.'],
  [
    /EADDRINUSE|address already in use|port \d+ .*is taken/i,
    'Another program took the port meanwhile. Start again, or set another port.',
  ],
  [
    /\block\b.*(?:held|unavailable)|resource temporarily unavailable|database is locked/i,
    'Another process has these data open. Stop it, then start again.',
  ],
  [
    /EACCES|EPERM|EROFS|permission denied|not permitted|read-?only|unable to open database/i,
    'Give the user of this process the right to write there, or set DAYBOOK_DATA to another folder.',
  ],
  [
    /corrupt|malformed|not a (?:valid SQLite )?database|checksum|unexpected end|JSON|damaged|IO error: .*no such file/i,
    'The data is damaged. Keep a copy of it; docs/operations.md says how to go on.',
  ],
  [
    /is no folder|ENOTDIR|EISDIR/,
    'A file stands where a folder has to be, or the reverse. Move it away, then start again.',
  ],
  [/ERR_MODULE_NOT_FOUND|cannot find (?:module|package)|ENOENT.*node_modules/i, 'Run `npm install`, then start again.'],
]
