import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ok, refuse } from '#ledger/result'
import { decodeUtf8, jsonText, jsonTextOfAnySize, parseJson } from '#wire/json/json'

describe('parsing JSON', () => {
  test.each([
    { text: '100', value: 100 },
    { text: '-0', value: -0 },
    { text: '0.5', value: 0.5 },
    { text: '100.0', value: 100 },
    { text: '100.000', value: 100 },
    { text: '1.5e1', value: 15 },
    { text: '1.50E+1', value: 15 },
    { text: '-2e3', value: -2000 },
    { text: '10e-1', value: 1 },
    { text: '0e-9', value: 0 },
    { text: '0.000', value: 0 },
    { text: '1e-5', value: 0.00001 },
    { text: '9007199254740991', value: Number.MAX_SAFE_INTEGER },
  ])('reads $text as $value', ({ text, value }) => {
    expect(parseJson(text)).toEqual(ok(value))
    expect(parseJson(`[${text}]`)).toEqual(ok([value]))
    expect(parseJson(`{"a":${text}}`)).toEqual(ok({ a: value }))
    expect(parseJson(`{"a" :${text} }`)).toEqual(ok({ a: value }))
    expect(parseJson(`{"a" :\n\t${text},"b":"1.5"}`)).toEqual(ok({ a: value, b: '1.5' }))
  })

  test.each([
    '1.00000000000000001',
    '0.99999999999999999',
    '99.999999999999999999',
    '-1.00000000000000001',
    '9007199254740992.5',
    '1000000000000000.01e1',
    '15e-20000',
    '1e-400',
  ])('does not round %s into a whole number', (text) => {
    for (const inside of [text, `[0,${text}]`, `{"a":${text}}`, `{"a" :${text}}`, `{"a": ${text}}`]) {
      expect(jsonText(parseJson(inside))).toContain('null')
    }
  })

  test('reads a number of a million digits in one pass', () => {
    const startMs = performance.now()
    parseJson(`{"amount":1.${'0'.repeat(1_000_000)}1}`)
    parseJson(`{"amount":${'1'.repeat(1_000_000)}}`)
    expect(performance.now() - startMs).toBeLessThan(1_000)
  })

  test.each(['', '{', '01', '.5', '1.', "'a'", '{"a":1,}', 'NaN', '\ufeff{}', '[1.5', '{} {}'])(
    '%j is no JSON',
    (text) => {
      expect(parseJson(text)).toEqual(refuse('not-json'))
    },
  )

  test('takes the last value of a key that is given twice', () => {
    expect(parseJson('{"a":1,"a":2}')).toEqual(ok({ a: 2 }))
    expect(parseJson('{"a":1,"a":2.0}')).toEqual(ok({ a: 2 }))
  })

  test('reads a key named __proto__ like any other', () => {
    for (const text of ['{"__proto__":{"a":1}}', '{"__proto__":{"a":1.0}}']) {
      const parsed = parseJson(text)
      expect(parsed.ok && Object.keys(parsed.value as object)).toEqual(['__proto__'])
    }
  })

  test('finds a number that would be rounded at any depth, and leaves its neighbours', () => {
    const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`
    const text = `{"good": 1e2, "said": "it was 1.00000000000000001 \\" 5", "rounded": 1.00000000000000001, "deep": ${deep}}`
    const parsed = parseJson(text)
    expect(parsed.ok && parsed.value).toMatchObject({
      good: 100,
      said: 'it was 1.00000000000000001 " 5',
      rounded: Number.POSITIVE_INFINITY,
    })
  })

  test('reads a text full of escapes at any depth', () => {
    const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`
    expect(parseJson(`[0.5, "${'\\n'.repeat(450_000)}", ${deep}]`).ok).toBe(true)
  })

  test('reads or refuses nesting as deep as a body can hold, without an exception', () => {
    const deep = (inside: string) => `${'['.repeat(500_000)}${inside}${']'.repeat(500_000)}`
    for (const text of [deep('1'), deep('1.5'), '['.repeat(1_000_000), '{"a":'.repeat(200_000)]) {
      expect(typeof parseJson(text).ok).toBe('boolean')
    }
  })

  test('reads every text as JSON.parse does', () => {
    const spaces = fc.constantFrom('', ' ', '\n')
    fc.assert(
      fc.property(fc.json(), spaces, (text, space) => {
        const spaced = JSON.stringify(JSON.parse(text), null, space)
        expect(parseJson(spaced)).toEqual(ok(JSON.parse(spaced)))
      }),
    )
  })
})

describe('UTF-8', () => {
  test('is read unchanged', () => {
    expect(decodeUtf8(Buffer.from('pão 🧀 \u0000'))).toEqual(ok('pão 🧀 \u0000'))
  })

  test.each([
    { given: 'a stray byte', bytes: [0xff] },
    { given: 'a character cut short', bytes: [0xf0, 0x9f, 0xa7] },
    { given: 'a surrogate', bytes: [0xed, 0xa0, 0x80] },
    { given: 'an overlong zero', bytes: [0xc0, 0x80] },
  ])('$given is refused rather than replaced', ({ bytes }) => {
    expect(decodeUtf8(Uint8Array.from(bytes))).toEqual(refuse('not-utf-8'))
  })
})

describe('writing JSON', () => {
  test.each([
    { value: 0n, text: '0' },
    { value: 2n ** 53n - 1n, text: '9007199254740991' },
    { value: -(2n ** 53n - 1n), text: '-9007199254740991' },
    { value: { netMinor: [10n ** 15n, 1] }, text: '{"netMinor":[1000000000000000,1]}' },
    { value: { a: undefined, b: null, c: 'x' }, text: '{"b":null,"c":"x"}' },
  ])('writes $text for every reader', ({ value, text }) => {
    expect(jsonText(value)).toBe(text)
    expect(jsonTextOfAnySize(value)).toBe(text)
  })

  test.each([
    { value: 2n ** 53n, text: '9007199254740992' },
    { value: -(2n ** 53n), text: '-9007199254740992' },
    { value: { sums: [2n ** 64n] }, text: '{"sums":[18446744073709551616]}' },
  ])(
    'refuses to write $text for clients that may round it, and writes all its digits for others',
    ({ value, text }) => {
      expect(() => jsonText(value)).toThrow('beyond what every JSON client reads exactly')
      expect(jsonTextOfAnySize(value)).toBe(text)
    },
  )
})
