/** Bugs that are put around an app, one at a time, to see that the fuzzer finds each of them. */
import type { App, World } from './world.ts'

export type Plant = {
  readonly bug: string
  readonly operationId: string
  readonly plant: (app: App, world: World) => App
  /** A part of what the fuzzer has to say. */
  readonly found: RegExp
}

export const PLANTS: readonly Plant[] = [
  {
    bug: 'a handler throws on one input',
    operationId: 'sendEntry',
    plant: answering(async (_request, body, response) => {
      if (body.includes('"debit"')) throw new Error('debits are not ready')
      return response
    }),
    found: /debits are not ready/,
  },
  {
    bug: 'a handler answers 500 on one input',
    operationId: 'discardQuarantined',
    plant: answering(async (_request, body, response) =>
      body.includes('\\u') ? new Response(null, { status: 500 }) : response,
    ),
    found: /is answered 500/,
  },
  {
    bug: 'a status that is not documented',
    operationId: 'registerMerchant',
    plant: answering(async (_request, _body, response) =>
      response.status === 201 || response.status === 200
        ? new Response(await response.text(), { status: 203, headers: response.headers })
        : response,
    ),
    found: /registerMerchant 203/,
  },
  {
    bug: 'an answer without its request id',
    operationId: 'readDay',
    plant: answering(async (_request, _body, response) => without('x-request-id', response)),
    found: /x-request-id/,
  },
  {
    bug: 'an answer without a header that is documented',
    operationId: 'readBalance',
    plant: answering(async (_request, _body, response) => without('etag', response)),
    found: /has no etag/,
  },
  {
    bug: 'a header that is not documented',
    operationId: 'isAlive',
    plant: answering(async (_request, _body, response) => {
      response.headers.set('x-powered-by', 'Hono')
      return response
    }),
    found: /x-powered-by, which is not documented/,
  },
  {
    bug: 'a number as text',
    operationId: 'readWindows',
    plant: replacing(/"credits":(\d+)/g, '"credits":"$1"'),
    found: /credits must be integer/,
  },
  {
    bug: 'a member that is not documented',
    operationId: 'readQuarantined',
    plant: replacing(/^\{"quarantineId"/, '{"table":"quarantine","quarantineId"'),
    found: /must NOT have additional properties/,
  },
  {
    bug: 'another media type',
    operationId: 'listMerchants',
    plant: answering(async (_request, _body, response) => {
      if (response.status === 200) response.headers.set('content-type', 'text/json')
      return response
    }),
    found: /is text\/json, not application\/json/,
  },
  {
    bug: 'a stack in a problem',
    operationId: 'readEntry',
    plant: replacing(/"detail":"[^"]*"/, '"detail":"at find (/srv/books.ts:12)"'),
    found: /speaks of our machine/,
  },
  {
    bug: 'an invalid entry that is taken',
    operationId: 'sendEntry',
    plant: answering(async (_request, _body, response) =>
      response.status === 422
        ? new Response('{}', { status: 202, headers: { 'x-request-id': 'r', 'content-type': 'application/json' } })
        : response,
    ),
    found: /has to be 4xx|the answer 202 says 1/,
  },
  {
    bug: 'an unknown parameter that is passed over',
    operationId: 'readMerchant',
    plant: (app) => ({
      fetch: (request) => {
        const url = new URL(request.url)
        url.searchParams.delete('colour')
        return app.fetch(new Request(url, request))
      },
    }),
    found: /colour=1 is answered 200, and has to be 4xx/,
  },
  {
    bug: 'a wrong entry of a batch that is taken',
    operationId: 'sendBatch',
    plant: replacing(/"status":"rejected"/g, '"status":"accepted"'),
    found: /is wrong, and is not refused|is not as its schema/,
  },
  {
    bug: 'a line of an upload without an answer',
    operationId: 'streamEntries',
    plant: replacing(/^\{"line".*\n/m, ''),
    found: /lines are refused, not|is wrong, and is not refused/,
  },
  {
    bug: 'an entry that is counted and refused',
    operationId: 'sendEntry',
    plant: (app) => ({
      async fetch(request) {
        const again = request.clone()
        const response = await app.fetch(request)
        return response.status === 202
          ? await app.fetch(new Request(again.url, { method: 'POST', headers: again.headers, body: '{}' }))
          : response
      },
    }),
    found: /1 entries are on the stream, and the answer 422 says 0/,
  },
]

/** The app, whose answers `change` makes others of. */
function answering(change: (request: Request, body: string, response: Response) => Promise<Response>): Plant['plant'] {
  return (app) => ({
    async fetch(request) {
      const body = await request.clone().text()
      const response = await app.fetch(request)
      return await change(request, body, new Response(response.body, response))
    },
  })
}

function replacing(pattern: RegExp, by: string): Plant['plant'] {
  return answering(async (_request, _body, response) => {
    const text = await response.text()
    const isEmpty = [204, 304].includes(response.status) || text === ''
    return new Response(isEmpty ? null : text.replace(pattern, by), response)
  })
}

const without = (name: string, response: Response): Response => {
  response.headers.delete(name)
  return response
}
