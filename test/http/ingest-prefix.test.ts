import { describe, expect, test } from 'vitest'
import { SERVICE_ROUTES, type Route } from '#wire/http/routes'
import { anIngest } from './ingest-fixtures.ts'
import { aQueryApi } from './query-fixtures.ts'

const { app: ingest } = anIngest()

describe('Where one host stands before both services, ingest is asked below /ingest', () => {
  test.each(Object.values<Route>(SERVICE_ROUTES))(
    '$method $path answers there as it does without the prefix',
    async ({ path }) => {
      const ofPage = path.replace('{name}', 'page.css')
      const [bare, prefixed] = [await ingest.request(ofPage), await ingest.request(`/ingest${ofPage}`)]
      expect(prefixed.status).toBe(bare.status)
      expect(prefixed.status).not.toBe(404)
      const isPage = bare.status === 200 && path !== SERVICE_ROUTES.readMetrics.path
      if (isPage) expect(await prefixed.text()).toBe(await bare.text())
    },
  )

  test('an unknown path below it is answered 404', async () => {
    expect((await ingest.request('/ingest/nothing')).status).toBe(404)
    expect((await ingest.request('/ingest/v1/entries', { method: 'POST' })).status).toBe(404)
  })

  test('the query API has no such paths', async () => {
    const { app: query, stop } = aQueryApi()
    expect((await query.request('/ingest/healthz')).status).toBe(404)
    stop()
  })
})

describe('The root and /docs/ lead to the page of the operations, whatever stands before them', () => {
  const services = [
    { service: 'ingest', app: ingest, paths: ['/', '/docs/', '/ingest', '/ingest/', '/ingest/docs/'] },
    { service: 'the query API', app: aQueryApi().app, paths: ['/', '/docs/'] },
  ]

  test.each(services)('on $service', async ({ app, paths }) => {
    for (const path of paths) {
      const answer = await app.request(path)
      expect(answer.status, path).toBe(302)
      // A proxy may take away a prefix, so the address is relative, and a browser puts the prefix back.
      const led = new URL(answer.headers.get('location') ?? '', `http://host/proxied${path}`).pathname
      expect(led, path).toBe(path.startsWith('/ingest') ? '/proxied/ingest/docs' : '/proxied/docs')
      expect((await app.request(led.replace('/proxied', ''))).status, path).toBe(200)
    }
  })
})
