import * as z from 'zod'
import { PROBLEMS, type ProblemCode } from '../problem.ts'
import { FIELD_TEXTS, PROBLEM_TEXTS } from './problem-texts.ts'

const PROBLEM_CODES = Object.keys(PROBLEMS) as ProblemCode[]

export const codeOfProblem = z.enum(PROBLEM_CODES).describe('What is wrong, for programs.')

export const codeOfField = z
  .enum(Object.keys(FIELD_TEXTS))
  .describe('What is wrong with the field, for programs. New codes may be added.')

/** All codes of problems as a table of Markdown. */
export const problemTable = (): string =>
  [
    '| code | status | means | what to do |',
    '| --- | --- | --- | --- |',
    ...PROBLEM_CODES.map((code) => {
      const { means, remedy } = PROBLEM_TEXTS[code]
      return `| [\`${code}\`](/docs/problems#${code}) | ${PROBLEMS[code].status} | ${means} | ${remedy} |`
    }),
  ].join('\n')
