import { expect, test } from 'vitest'
import { hasHashIn, isClientName, isRedirectUri, parseClientId, secretHash } from '#ledger/clients'

test.each([
  ...['client-0a1b', 'A', '1h57kf5cpq17m0eml12EXAMPLE', 'a+b_c', 'x'.repeat(128)].map((text) => ({ text, is: true })),
  ...['', '.', '..', 'a/b', 'a\\b', 'a b', 'a.json', 'é', 'a\0', 'x\n', 'x'.repeat(129)].map((text) => ({
    text,
    is: false,
  })),
])('that $text can be the id of a client is $is', ({ text, is }) => {
  expect(parseClientId(text).ok).toBe(is)
})

test.each([
  ...['Till of acme', 'a', 'a_b+c=d,e.f@g-h', 'x'.repeat(128)].map((text) => ({ text, is: true })),
  ...['', ' ', ' a', 'a ', 'a\n', 'a\tb', 'Café', 'a/b', '"', 'x'.repeat(129)].map((text) => ({ text, is: false })),
])('that $text can be the name of a client is $is', ({ text, is }) => {
  expect(isClientName(text)).toBe(is)
})

test.each([
  { uri: 'https://books.example.com/callback?from=till', is: true },
  { uri: 'http://localhost:3000/callback', is: true },
  { uri: 'http://127.0.0.1/', is: true },
  { uri: 'http://[::1]:3000/', is: true },
  { uri: 'http://books.example.com/', is: false },
  { uri: 'http://localhost.example.com/', is: false },
  { uri: 'https://books.example.com/#here', is: false },
  { uri: 'https://ana:pw@books.example.com/', is: false },
  { uri: 'https://ana@books.example.com/', is: false },
  { uri: 'https://:pw@books.example.com/', is: false },
  { uri: 'https://books.example.com/\n', is: false },
  { uri: 'https:books.example.com/', is: false },
  { uri: 'javascript:alert(1)', is: false },
  { uri: 'com.example.till:/callback', is: false },
  { uri: '/callback', is: false },
  { uri: '', is: false },
])('that people may come back to $uri is $is', ({ uri, is }) => {
  expect(isRedirectUri(uri)).toBe(is)
})

test('the hash of a secret is SHA-256 in base64url', () => {
  // printf abc | openssl dgst -sha256 -binary | basenc --base64url
  expect(secretHash('abc')).toBe('ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0')
})

test('a secret has one of the hashes, another text has none', () => {
  const hashes = [secretHash('one'), secretHash('two')]
  expect(['one', 'two', 'three', ''].map((secret) => hasHashIn(secret, hashes))).toEqual([true, true, false, false])
  expect(hasHashIn('', [])).toBe(false)
  expect(hasHashIn('one', ['', 'short'])).toBe(false)
})
