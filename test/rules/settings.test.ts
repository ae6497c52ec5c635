import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { readSettings, SETTINGS } from '#infra/settings'

describe('CORS_ORIGINS', () => {
  test.each([
    { given: undefined, read: [] },
    { given: '', read: [] },
    { given: 'https://shop.example.com', read: ['https://shop.example.com'] },
    {
      given: ' https://shop.example.com, http://127.0.0.1:3000\nhttp://[::1]:3000,',
      read: ['https://shop.example.com', 'http://127.0.0.1:3000', 'http://[::1]:3000'],
    },
    { given: 'https://xn--bcher-kva.example', read: ['https://xn--bcher-kva.example'] },
  ])('of "$given" is read as $read', ({ given, read }) => {
    expect(readSettings({ CORS_ORIGINS: given }).corsOrigins).toEqual(read)
  })

  test.each([
    '*',
    'null',
    'https://*.example.com',
    'shop.example.com',
    'https://shop.example.com/',
    'https://shop.example.com/app',
    'https://shop.example.com:443',
    'https://Shop.example.com',
    'https://bücher.example',
    'https://ana:secret@shop.example.com',
    'ftp://shop.example.com',
    'file:///home',
    'https://shop.example.com?a',
    'https://good.example https://bad.example/',
  ])('of %s is refused, in a message that names the setting and hides its value', (given) => {
    expect(() => readSettings({ CORS_ORIGINS: given })).toThrow(
      /\n {2}CORS_ORIGINS: must be origins .*; number [12] is not$/,
    )
    expect(() => readSettings({ CORS_ORIGINS: given })).not.toThrow(/secret/)
  })
})

describe('TRUSTED_PROXIES', () => {
  test.each([
    { given: undefined, read: 0 },
    { given: '0', read: 0 },
    { given: '2', read: 2 },
  ])('of "$given" is read as $read', ({ given, read }) => {
    expect(readSettings({ TRUSTED_PROXIES: given }).trustedProxies).toBe(read)
  })

  test.each(['-1', '1.5', 'all', '17', '10.0.0.1'])('of %s is refused by its name', (given) => {
    expect(() => readSettings({ TRUSTED_PROXIES: given })).toThrow(/TRUSTED_PROXIES/)
  })
})

describe('QUERY_URL', () => {
  test.each([
    { given: undefined, read: undefined },
    { given: '', read: undefined },
    { given: 'http://127.0.0.1:8788', read: 'http://127.0.0.1:8788' },
    { given: 'http://127.0.0.1:8788/', read: 'http://127.0.0.1:8788' },
    { given: 'https://Books.Example.com:443//', read: 'https://books.example.com' },
    { given: 'https://example.com/daybook/', read: 'https://example.com/daybook' },
    { given: 'http://[::1]:8788/', read: 'http://[::1]:8788' },
    { given: 'https://bücher.example', read: 'https://xn--bcher-kva.example' },
  ])('of "$given" is read as $read', ({ given, read }) => {
    expect(readSettings({ QUERY_URL: given }).queryUrl).toBe(read)
  })

  test.each([
    'localhost:8788',
    '127.0.0.1:8788',
    '/v1',
    'query-api',
    'ftp://example.com',
    'https://',
    'http://::1:8788',
    'http://example.com:99999',
    'https://ana:secret@example.com',
    'https://example.com/?a=b',
    'https://example.com?',
    'https://example.com#top',
  ])('of %s is refused, in a message that names the setting and hides its value', (given) => {
    expect(() => readSettings({ QUERY_URL: given })).toThrow(/^These settings cannot be used:\n {2}QUERY_URL: must be/)
    expect(() => readSettings({ QUERY_URL: given })).not.toThrow(/secret/)
  })
})

describe('TOKEN_ISSUER', () => {
  // Tokens name their issuer to the letter; Auth0, for one, with a slash at the end.
  test.each(['https://tenant.eu.auth0.com/', 'https://login.example.com/realms/Books', 'http://127.0.0.1:8789'])(
    'of %s is read as it is written',
    (given) => expect(readSettings({ TOKEN_ISSUER: given }).tokens.issuer).toBe(given),
  )

  test('is the local issuer when it is not set', () => {
    expect(readSettings({ ISSUER_PORT: '9000' }).tokens.issuer).toBe('http://127.0.0.1:9000')
  })

  test.each(['issuer', 'ftp://example.com', 'https://ana:secret@example.com', 'https://example.com/?a=b'])(
    'of %s is refused, in a message that hides it',
    (given) => {
      expect(() => readSettings({ TOKEN_ISSUER: given })).toThrow(
        /^These settings cannot be used:\n {2}TOKEN_ISSUER: must be/,
      )
      expect(() => readSettings({ TOKEN_ISSUER: given })).not.toThrow(/secret/)
    },
  )
})

test('the README lists every setting, and no setting that is not read', () => {
  const [, section = ''] = /\n## Settings\n([^]*?)\n## /.exec(readFileSync('README.md', 'utf8')) ?? []
  const rows = section.split('\n').flatMap((line) => /^\| (`[^|]*)\|/.exec(line)?.[1] ?? [])
  const listed = rows.flatMap((cell) => Array.from(cell.matchAll(/`([A-Z0-9_]+)`/g), ([, name = '']) => name))
  // The SDK of AWS reads these.
  const ours = listed.filter((name) => !name.startsWith('AWS_'))
  expect(ours.toSorted()).toEqual(SETTINGS.toSorted())
})
