import { expect, test } from 'vitest'
import { serviceUrl } from '#infra/local/service-url'

test.each([
  { host: '127.0.0.1', url: 'http://127.0.0.1:8788' },
  { host: 'localhost', url: 'http://localhost:8788' },
  { host: '::1', url: 'http://[::1]:8788' },
  { host: 'fd00::17', url: 'http://[fd00::17]:8788' },
  { host: '0.0.0.0', url: 'http://127.0.0.1:8788' },
  { host: '::', url: 'http://[::1]:8788' },
])('a service that listens on $host is reached at $url', ({ host, url }) => {
  expect(serviceUrl(host, 8788)).toBe(url)
  expect(new URL(url).port).toBe('8788')
})
