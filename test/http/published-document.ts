/** Holds real answers against a published OpenAPI document: what it does not say, or says otherwise, fails. */
import { expect } from 'vitest'
import type { OpenApiDocument } from '#wire/http/openapi/document'
import { documentedResponse, documentFaults, mediaTypeOf, PROBLEM } from './answer-faults.ts'
import { publishedApi, type Operation } from './published-api.ts'

/** One of the answers that an operation may give; a problem with its code. */
export type Seen = { operationId: string; status: string; code?: string; detail?: string }

export const publishedDocument = (made: OpenApiDocument) => {
  const api = publishedApi(made)
  const { document, operations } = api

  const operationOf = (method: string, path: string): Operation => {
    const matching = operations.filter((operation) => templatePattern(operation.path).test(path))
    // Where several match, the one with the fewest parameters is meant, as in the routers.
    const [template] = matching.toSorted((a, b) => a.path.split('{').length - b.path.split('{').length)
    const operation = matching.find((other) => other.path === template?.path && other.method === method)
    return operation ?? expect.fail(`${method} ${path} is not documented`)
  }

  return {
    document,
    operations,
    /** What is wrong with a value by a schema of the document; undefined when nothing is. */
    errorsOf: (name: string, value: unknown) => api.check(named(name))(value),
    /** The same, and wrong is also what the schema does not know. */
    strayOf: (name: string, value: unknown) => api.checkAnswer(named(name))(value),

    /** Fails when the document does not say the answer; returns which of its responses it is. */
    async check(method: string, path: string, response: Response): Promise<Seen> {
      const operation = operationOf(method, path.split('?', 1)[0] ?? '')
      const answer = { response, text: await response.text() }
      expect(documentFaults(api, operation, answer), `${method} ${path}`).toEqual([])
      const { operationId } = operation
      const [status = ''] = documentedResponse(operation, response) ?? []
      if (mediaTypeOf(response) !== PROBLEM) return { operationId, status }
      const { code, detail } = JSON.parse(answer.text) as { code: string; detail: string }
      return { operationId, status, code, detail }
    },

    /** The examples of problems, without those that any request may draw. */
    problemExamples(): Seen[] {
      return operations.flatMap(({ operationId, responses }) =>
        [...responses].flatMap(([status, { problems }]): Seen[] =>
          status === 'default' ? [] : problems.map(({ code, detail }) => ({ operationId, status, code, detail })),
        ),
      )
    },

    /** Every response of every operation, a problem once for each of its codes; but `default`, which any request may draw. */
    promised(): Seen[] {
      return operations.flatMap(({ operationId, responses }) =>
        [...responses].flatMap(([status, { codes }]): Seen[] => {
          if (status === 'default') return []
          return codes.size === 0
            ? [{ operationId, status }]
            : [...codes].map((code) => ({ operationId, status, code }))
        }),
      )
    },
  }
}

/** What a problem says, by operation and code. Numbers in it differ from one answer to the next. */
export const wordsOf = (answers: readonly Seen[]): string[] =>
  answers.map(({ operationId, code, detail }) => `${operationId} ${code}: ${detail?.replaceAll(/\d+/g, '0')}`)

/** Each once, in an order of their own. */
export const distinct = (answers: readonly Seen[]): string[] =>
  [...new Set(answers.map(({ operationId, status, code = '' }) => `${operationId} ${status} ${code}`.trimEnd()))]
    // `default` is what any request may draw.
    .filter((answer) => !answer.includes(' default'))
    .toSorted()

const named = (name: string) => ({ $ref: `#/components/schemas/${name}` })

const templatePattern = (template: string): RegExp => new RegExp(`^${template.replaceAll(/\{\w+\}/g, '[^/]+')}$`)
