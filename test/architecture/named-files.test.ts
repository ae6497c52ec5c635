import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'

const folders = readdirSync('.', { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && /^(?!node_modules)\w/.test(entry.name))
  .map(({ name }) => name)

const filesOf = (kinds: string) =>
  globSync([`*.${kinds}`, `{${folders.join(',')}}/**/*.${kinds}`], { exclude: (path) => path.includes('node_modules') })

const pages = filesOf('md')

/** A path from the root of the repository to a file of ours, or to a folder when it ends with a slash. */
const NAMED_PATH = new RegExp(
  String.raw`(?<![\w./@#-])(?:${folders.join('|')})/(?:[\w.-]+/)*(?:[\w.-]+\.(?:ts|sql|md|py|json)\b)?`,
  'g',
)
/** Comments of TypeScript, SQL and Python. */
const COMMENT = /\/\*[\s\S]*?\*\/|\/\/.*$|^ *(?:--|#) .*$/gm
const LINK = /\]\((?!https?:|#)([^)#\s]+)/g

const ANCHOR_LINK = /\]\((?!https?:)([^)#\s]*)#([^)\s]+)\)/g

/** As GitHub makes them of headings, and those that a page sets itself. */
const anchorsOf = (text: string): ReadonlySet<string> =>
  new Set([
    ...all(text, /^#{1,6} (.+)$/gm).map((heading) =>
      heading
        .toLowerCase()
        .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
        .replace(/[^\p{L}\p{N}_ -]/gu, '')
        .replaceAll(' ', '-'),
    ),
    ...all(text, /<a id="([^"]+)"/g),
  ])

const all = (text: string, pattern: RegExp) => Array.from(text.matchAll(pattern), ([whole, group = whole]) => group)

const missingIn = (file: string, text: string) =>
  all(text, NAMED_PATH)
    .filter((path) => !existsSync(path))
    .map((path) => `${file} names ${path}`)

test('every file and folder that a page of documentation names exists', () => {
  expect(pages.length).toBeGreaterThan(10)
  expect(pages.flatMap((page) => missingIn(page, readFileSync(page, 'utf8')))).toEqual([])
})

test('every relative link on a page of documentation leads to a file', () => {
  const broken = pages.flatMap((page) =>
    all(readFileSync(page, 'utf8'), LINK)
      .filter((target) => !existsSync(join(dirname(page), target)))
      .map((target) => `${page} links to ${target}`),
  )
  expect(broken).toEqual([])
})

test('every link to a heading of a page leads to one, those of alarms included', () => {
  const anchors = new Map(pages.map((page) => [page, anchorsOf(readFileSync(page, 'utf8'))]))
  const broken = pages.flatMap((page) =>
    Array.from(readFileSync(page, 'utf8').matchAll(ANCHOR_LINK), ([, target = '', anchor = '']) => ({ target, anchor }))
      .map(({ target, anchor }) => ({ page: target === '' ? page : join(dirname(page), target), anchor }))
      .filter(({ page, anchor }) => anchors.get(page)?.has(anchor) === false)
      .map((link) => `${page} links to ${link.page}#${link.anchor}`),
  )
  const [, pagesOfAlarms = ''] = readFileSync('infra/aws/alarms.ts', 'utf8').split('type Page =')
  const ofAlarms = all(pagesOfAlarms, /^  \| '([\w-]+)'$/gm)
  const missing = ofAlarms.filter((anchor) => anchors.get('docs/operations.md')?.has(anchor) !== true)
  expect({ broken, missing }).toEqual({ broken: [], missing: [] })
  expect(ofAlarms.length).toBeGreaterThan(5)
})

test('every file and folder that a comment names exists', () => {
  const missing = filesOf('{ts,sql,py}').flatMap((file) =>
    all(readFileSync(file, 'utf8'), COMMENT).flatMap((comment) => missingIn(file, comment)),
  )
  expect(missing).toEqual([])
})
