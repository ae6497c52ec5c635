/**
 * A person tries the README, the lines that `npm start` prints, and `/docs`, in any order and more than once. All of them
 * meet in one system, so they have to register one shop and may send one content under an id only.
 */
import { globSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { tryIt } from '#infra/local/try-it'
import { EXAMPLE_REGISTRATION, EXAMPLE_SALE, EXAMPLE_SALE_FIELDS } from '#wire/http/openapi/example-shop'
import { ingestDocument } from '#wire/http/openapi/ingest-document'

const PAGES = ['README.md', ...globSync('docs/**/*.md')]
const PRINTED = tryIt({
  ingestUrl: 'http://127.0.0.1:8787',
  queryUrl: 'http://127.0.0.1:8788',
  dataFolder: '.daybook',
  hasIssuer: true,
})
const TEXTS: ReadonlyMap<string, string> = new Map([
  ...PAGES.map((page) => [page, readFileSync(page, 'utf8')] as const),
  ['the lines that npm start prints', PRINTED],
])

/** The JSON objects in single quotes, as a shell command sends them; `'$AT'` in one leaves the quotes for a moment. */
const sentIn = (text: string): Record<string, unknown>[] =>
  Array.from(
    text.matchAll(/-d '(\{(?:[^']|'\$AT')*\})'/g),
    ([, json = '']) => JSON.parse(json) as Record<string, unknown>,
  )

/** The registrations in code and in examples, whether JSON or not. */
const registrationsIn = (text: string): unknown[] =>
  Array.from(text.matchAll(/\{[^{}]*['"]Corner Shop['"][^{}]*\}/g), ([object]) => ({
    name: 'Corner Shop',
    currency: /['"]?currency['"]?: ?['"](\w+)/.exec(object)?.[1],
    timeZone: /['"]?timeZone['"]?: ?['"]([\w/]+)/.exec(object)?.[1],
  }))

test('every page, program and command registers the example shop in one way', () => {
  const files = [
    ...PAGES,
    ...globSync(['test/flows/*.ts', 'test/infra/*.ts', 'test/http/*.ts', 'infra/**/*.ts', 'wire/**/*.ts']),
  ]
  const found = files.flatMap((file) => registrationsIn(readFileSync(file, 'utf8')).map((made) => [file, made]))
  expect(found.length).toBeGreaterThan(3)
  expect(
    found.filter(
      ([file, made]) =>
        file !== 'test/http/example-shop.test.ts' && JSON.stringify(made) !== JSON.stringify(EXAMPLE_REGISTRATION),
    ),
  ).toEqual([])
  const bodies = [...TEXTS].flatMap(([page, text]) => sentIn(text).map((body) => [page, body] as const))
  const registered = bodies.filter(([, body]) => 'name' in body)
  expect(registered.map(([page]) => page)).toEqual(
    expect.arrayContaining(['README.md', 'docs/aws.md', 'the lines that npm start prints']),
  )
  expect(registered.filter(([, body]) => JSON.stringify(body) !== JSON.stringify(EXAMPLE_REGISTRATION))).toEqual([])
})

test('every example that sends an entry sends the content that its id has everywhere', () => {
  const contents = new Map<string, Set<string>>()
  const note = (entry: Record<string, unknown>) => {
    const sorted = JSON.stringify(Object.fromEntries(Object.entries(entry).toSorted(([a], [b]) => (a < b ? -1 : 1))))
    const id = String(entry['entryId'])
    contents.set(id, (contents.get(id) ?? new Set()).add(sorted))
  }
  const sent = [...TEXTS.values()].flatMap(sentIn).filter((body) => 'entryId' in body)
  sent.forEach(note)
  // What /docs fills in: the examples of request bodies.
  for (const methods of Object.values(ingestDocument().paths)) {
    for (const { requestBody } of Object.values(methods) as { requestBody?: { content: Record<string, Example> } }[]) {
      Object.values(requestBody?.content ?? {})
        .flatMap(entriesOf)
        .forEach(note)
    }
  }
  expect([...contents.keys()]).toEqual(expect.arrayContaining(['sale-0001', 'refund-0001', "sale-'$AT'"]))
  expect([...contents].filter(([, ofId]) => ofId.size > 1)).toEqual([])
  expect(sent.filter(({ entryId }) => entryId === 'sale-0001')).toEqual([EXAMPLE_SALE])
  // An id that a shell makes is made of the time of the entry, and of nothing else that may differ.
  const made = sent.filter(({ entryId }) => entryId !== 'sale-0001')
  expect(made.length).toBeGreaterThan(1)
  for (const entry of made) {
    expect(entry).toEqual({ entryId: "sale-'$AT'", ...EXAMPLE_SALE_FIELDS, occurredAt: "'$AT'" })
  }
})

type Example = { readonly example?: unknown; readonly examples?: Record<string, { readonly value: unknown }> }

const entriesOf = ({ example, examples = {} }: Example): Record<string, unknown>[] => {
  const values = [example, ...Object.values(examples).map(({ value }) => value)].filter((value) => value !== undefined)
  return values
    .flatMap((value) =>
      typeof value === 'string'
        ? value
            .trimEnd()
            .split('\n')
            .map((line) => JSON.parse(line) as unknown)
        : [value],
    )
    .flatMap(
      (value) => (value as { entries?: Record<string, unknown>[] }).entries ?? [value as Record<string, unknown>],
    )
    .filter((value) => 'merchantId' in value)
}
