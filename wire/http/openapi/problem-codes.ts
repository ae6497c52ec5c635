import * as z from 'zod'
import { PROBLEMS, type ProblemCode } from '../problem.ts'
import { FIELD_TEXTS } from './problem-texts.ts'

const PROBLEM_CODES = Object.keys(PROBLEMS) as ProblemCode[]

export const codeOfProblem = z
  .enum(PROBLEM_CODES)
  .describe('What is wrong, for programs. [All codes](docs/problems#codes-of-problems).')

export const codeOfField = z
  .enum(Object.keys(FIELD_TEXTS))
  .describe(
    'What is wrong with the field, for programs. [All codes](docs/problems#codes-of-fields). New codes may be added.',
  )
