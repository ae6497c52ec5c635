import { connect } from 'node:net'
import { once } from 'node:events'
import { describe, expect, test } from 'vitest'
import { serve } from '#http/serve'
import { anIngest, saleNow } from './ingest-fixtures.ts'

const host = '127.0.0.1'

const start = async () => {
  const put = Promise.withResolvers<void>()
  const go = Promise.withResolvers<void>()
  const { app, records } = anIngest({
    streamWith: (memory) => ({
      put: async (given) => {
        put.resolve()
        await go.promise
        return await memory.put(given)
      },
    }),
  })
  const serving = await serve(app, { host, port: 0 })
  const url = `http://${host}:${serving.port}`
  return { serving, url, records, isPutting: put.promise, acknowledge: go.resolve }
}

const sale = () => JSON.stringify(saleNow('e1'))

describe('a server', () => {
  test('told to stop takes no more connections, and answers what it has begun', async () => {
    const { serving, url, records, isPutting, acknowledge } = await start()
    const answer = fetch(`${url}/v1/entries`, { method: 'POST', body: sale() })
    await isPutting
    const stopped = serving.stop()
    await expect(fetch(`${url}/healthz`)).rejects.toThrow('fetch failed')

    acknowledge()
    const response = await answer
    await stopped
    expect({ status: response.status, connection: response.headers.get('connection') }).toEqual({
      status: 202,
      connection: 'close',
    })
    expect(records).toHaveLength(1)
  })

  test('told to stop does not wait for connections that are only kept open', async () => {
    const { serving, url } = await start()
    await (await fetch(`${url}/healthz`)).text()
    await serving.stop()
  })

  test.each(['POST /v1/entries', 'POST /v1/entries/batch', 'PUT /v1/merchants/m1'])(
    'says of %s without a body that the body is empty',
    async (route) => {
      const { serving, url } = await start()
      const [method, path] = route.split(' ')
      const response = await fetch(`${url}${path}`, { method: method ?? '' })
      expect(await response.json()).toMatchObject({ code: 'not-json', detail: 'The body is empty.' })
      await serving.stop()
    },
  )

  test('says so when its port is taken', async () => {
    const { serving } = await start()
    await expect(serve({ fetch: () => new Response() }, { host, port: serving.port })).rejects.toThrow(
      `Port ${serving.port} on ${host} is taken`,
    )
    await serving.stop()
  })

  test.each([
    ['a target that is no path', 'POST /v1\\entries HTTP/1.1\r\nHost: a\r\n', 400],
    ['a host that is none', 'POST /v1/entries HTTP/1.1\r\nHost: a b\r\n', 400],
    ['a broken percent-encoding', 'PUT /v1/merchants/%zz HTTP/1.1\r\nHost: a\r\n', 422],
    ['a merchant called .', 'PUT /v1/merchants/. HTTP/1.1\r\nHost: a\r\n', 404],
    ['a merchant called .., encoded', 'PUT /v1/merchants/%2e%2E HTTP/1.1\r\nHost: a\r\n', 404],
    ['an unknown method', 'BREW /v1/entries HTTP/1.1\r\nHost: a\r\n', 400],
    ['two lengths', 'POST /v1/entries HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n', 400],
    ['a length of 2 MiB', 'POST /v1/entries HTTP/1.1\r\nHost: a\r\nContent-Length: 2097152\r\n', 413],
  ])('answers %s', async (_what, head, status) => {
    const { serving } = await start()
    const socket = connect(serving.port, host)
    socket.write(`${head}Connection: close\r\n\r\n`)
    const [answer] = (await once(socket, 'data')) as [Buffer]
    expect(answer.toString()).toMatch(`HTTP/1.1 ${status} `)
    expect(answer.toString()).not.toContain('.ts:')
    socket.destroy()
    await serving.stop()
  })
})
