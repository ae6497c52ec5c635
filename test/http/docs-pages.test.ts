import { runInNewContext } from 'node:vm'
import { describe, expect, test, vi } from 'vitest'
import { FIELD_TEXTS } from '#wire/http/openapi/problem-texts'
import { queryDocument } from '#wire/http/openapi/query-document'
import { PROBLEMS, problemBody, type ProblemCode } from '#wire/http/problem'
import { aQueryApi } from './query-fixtures.ts'

const { app } = aQueryApi()

/** What a browser would load for a page, by its absolute path. */
const loadedBy = (path: string, html: string): string[] =>
  Array.from(html.matchAll(/(?:src|href)="([^"]+)"/g), ([, address = '']) => address)
    .filter((address) => !address.startsWith('data:'))
    .map((address) => new URL(address, `http://daybook${path}`).href.replace('http://daybook', ''))

describe.each(['/docs', '/docs/problems'])('%s', (path) => {
  test('is a page that loads everything from the service itself', async () => {
    const answer = await app.request(path)
    expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8')
    const loaded = loadedBy(path, await answer.text())
    expect(loaded.length).toBeGreaterThan(0)
    for (const file of loaded) expect((await app.request(file)).status, file).toBe(200)
  })

  test('allows scripts of the service only, and connections to the service only', async () => {
    const policy = (await app.request(path)).headers.get('content-security-policy') ?? ''
    expect(policy.split('; ')).toEqual(expect.arrayContaining(["default-src 'none'", "script-src 'self'"]))
    expect(policy.split('; ')).toContain("connect-src 'self'")
    expect(await (await app.request(path)).text()).not.toMatch(/<script(?![^>]*\bsrc=)|\son\w+=|https?:\/\//)
  })
})

test('/docs tries the service’s own document', async () => {
  const script = await (await app.request('/docs/assets/try-it.js')).text()
  expect(script).toContain("url: 'openapi.json'")
  const bundle = await app.request('/docs/assets/swagger-ui-bundle.js')
  expect(bundle.headers.get('content-type')).toBe('text/javascript; charset=utf-8')
  expect(await bundle.text()).toContain('SwaggerUIBundle')
})

test('/docs lists every operation, so that a reader finds it without scrolling', async () => {
  const page = await (await app.request('/docs')).text()
  for (const [path, methods] of Object.entries(queryDocument().paths)) {
    for (const { operationId, tags } of Object.values(methods) as { operationId: string; tags: string[] }[]) {
      expect(page, path).toContain(`href="#/${tags[0]}/${operationId}"`)
    }
  }
})

test('/docs fills in the examples of what has to be sent, and only tells the examples of what may be left out', async () => {
  const script = await (await app.request('/docs/assets/try-it.js')).text()
  const SwaggerUIBundle = vi.fn()
  const elements = { getElementById: () => ({}) }
  const media = { matches: true, addEventListener: () => {} }
  runInNewContext(script, { SwaggerUIBundle, document: elements, matchMedia: () => media, addEventListener: () => {} })
  const [{ requestInterceptor, responseInterceptor }] = SwaggerUIBundle.mock.calls[0] as [
    { requestInterceptor: (request: object) => object; responseInterceptor: (answer: object) => object },
  ]
  const text = await (await app.request('/openapi.json')).text()
  const seen = responseInterceptor({ ok: true, url: 'http://daybook/openapi.json', text }) as { text: string }
  const { paths } = JSON.parse(seen.text) as ReturnType<typeof queryDocument>
  const { get } = paths['/v1/merchants/{merchant}/days'] as { get: { parameters: Record<string, unknown>[] } }
  const filledIn = get.parameters.filter(({ example }) => example !== undefined).map(({ name }) => name)
  expect(filledIn).toEqual(['merchant', 'from', 'to'])
  expect(get.parameters.find(({ name }) => name === 'after')?.['description']).toMatch(/ For example `2\S+`\.$/)
  const lines = '{"entryId":"sale-0001"}\n{"entryId":"refund-0001"}\n'
  const sent = { url: 'http://daybook/v1/entries/stream', body: JSON.stringify(lines) }
  expect(requestInterceptor(sent)).toMatchObject({ body: lines })
  // Any other answer stays as it is.
  const other = { ok: true, url: 'http://daybook/v1/merchants', text: '{}' }
  expect(responseInterceptor(other)).toBe(other)
})

test('the type of each problem leads to its place on the page of problems', async () => {
  for (const code of Object.keys(PROBLEMS) as ProblemCode[]) {
    const [path = '', anchor] = problemBody({ code, detail: '' }).type.split('#')
    expect(await (await app.request(path)).text()).toContain(`<tr id="${anchor}"><td><code>${code}</code></td>`)
  }
})

test('the page of problems explains every code of a field', async () => {
  const html = await (await app.request('/docs/problems')).text()
  for (const code of Object.keys(FIELD_TEXTS)) {
    expect(html).toContain(`<tr id="field-${code}"><td><code>${code}</code></td>`)
  }
  // The places to which descriptions in the documents lead.
  for (const place of ['codes-of-problems', 'codes-of-fields']) expect(html).toContain(`<h2 id="${place}">`)
})

test('a file that does not exist is answered 404 by any path', async () => {
  for (const name of ['index.html', '../../package.json', '..%2fpackage.json', 'swagger-ui.js.map']) {
    expect((await app.request(`/docs/assets/${name}`)).status).toBe(404)
  }
})
