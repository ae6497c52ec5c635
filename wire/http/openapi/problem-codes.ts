/**
 * The codes of answers. Codes are added, so the document publishes them as open text: a client whose generator made a closed
 * list of them would refuse the whole answer with a new code. `x-extensible-enum` lists those of this version for programs.
 */
import * as z from 'zod'
import type { QuarantineReason } from '#ledger/quarantine'
import type { ProblemCode } from '../problem.ts'
import { FIELD_TEXTS, PROBLEM_TEXTS } from './problem-texts.ts'

type Meanings<Code extends string> = Readonly<Record<Code, string>>

const openCode = <Code extends string>(what: string, meanings: Meanings<Code>) =>
  z.string().meta({
    description: [
      `${what}, for programs. New codes may be added: treat one that you do not know by the status or the text beside it.`,
      Object.entries<string>(meanings)
        .map(([code, means]) => `- \`${code}\`: ${means}`)
        .join('\n'),
    ].join('\n\n'),
    'x-extensible-enum': Object.keys(meanings),
  })

const meansOfProblems = Object.fromEntries(
  Object.entries(PROBLEM_TEXTS).map(([code, { means }]) => [code, means]),
) as Meanings<ProblemCode>

export const codeOfProblem = openCode('What is wrong', meansOfProblems)

export const codeOfField = openCode('What is wrong with the field', FIELD_TEXTS)

const REASON_TEXTS: Meanings<QuarantineReason> = {
  'content-conflict': 'The day already counts its id with other content.',
  'wrong-currency': 'The book is kept in another currency.',
  'total-out-of-bounds': "The day's credits or debits would leave ±(2^53 − 1).",
  'unknown-merchant': 'No merchant is registered under the id.',
  'day-closed': 'Its business day is closed for good.',
  'invalid-entry': 'A line on the stream that ingest would have refused.',
  'undecodable-record': 'A record on the stream that is not ours, or is damaged.',
  'unexpected-error': 'Our own code failed on it.',
}

export const quarantineReason = openCode('Why the item can never be counted as it is', REASON_TEXTS)
