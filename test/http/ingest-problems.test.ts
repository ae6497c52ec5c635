import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { FIELD_TEXTS, PROBLEM_TEXTS } from '#wire/http/openapi/problem-texts'
import { PROBLEMS, type ProblemCode } from '#wire/http/problem'

const documented = readFileSync(new URL('../../docs/problems.md', import.meta.url), 'utf8')

/** The cells of every row of a table whose first cell is a code. */
const rows = documented
  .split('\n')
  .filter((line) => line.startsWith('| <a '))
  .map((line) =>
    line
      .slice(1, -1)
      .split(' | ')
      .map((cell) => cell.trim()),
  )

// A code may be that of a problem and that of a field, so those of fields have anchors of their own.
const isOfField = (cell: string | undefined) => cell?.startsWith('<a id="field-') === true

test('docs/problems.md lists every code that a route may answer, with its status and what the published page says', () => {
  const problems = (Object.keys(PROBLEMS) as ProblemCode[]).map((code) => {
    const { means, remedy } = PROBLEM_TEXTS[code]
    return [`<a id="${code}"></a>\`${code}\``, String(PROBLEMS[code].status), means, remedy]
  })
  expect(rows.filter(([first]) => !isOfField(first))).toEqual(problems)
})

test('docs/problems.md lists the codes of fields in the words of the published page', () => {
  const fields = Object.entries(FIELD_TEXTS).map(([code, means]) => [`<a id="field-${code}"></a>\`${code}\``, means])
  expect(rows.filter(([first]) => isOfField(first))).toEqual(fields)
})
