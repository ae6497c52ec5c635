/** Publishes a service's OpenAPI document, and pages on which people read it and try it. */
import { hash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { OpenApiDocument } from '#wire/http/openapi/document'
import type { ServiceHandler } from './context.ts'
import { PAGE_STYLE, problemsPage, TRY_IT_SCRIPT, TRY_IT_STYLE, tryItPage } from './docs-pages.ts'
import { matchesTag } from './etag.ts'
import { ProblemError } from './problem-error.ts'

/** What answers the routes of the documents. Each is made at the first request for it. */
export const docsHandlers = (document: () => OpenApiDocument) => ({
  readDocument: published({ type: 'application/json', read: () => JSON.stringify(document()) }),
  readDocs: published({ type: HTML, read: () => tryItPage(document()) }),
  readRoot: leadingTo('docs'),
  readDocsFolder: leadingTo('../docs'),
  readProblems: published({ type: HTML, read: () => problemsPage(String(document().info['title'])) }),
  readAsset: publishedBelow({
    'page.css': { type: CSS, read: () => PAGE_STYLE },
    'try-it.css': { type: CSS, read: () => TRY_IT_STYLE },
    'try-it.js': { type: SCRIPT, read: () => TRY_IT_SCRIPT },
    'swagger-ui.css': { type: CSS, read: () => swaggerUiFile('swagger-ui.css') },
    'swagger-ui-bundle.js': { type: SCRIPT, read: () => swaggerUiFile('swagger-ui-bundle.js') },
  }),
})

/** The address is relative to the one that was asked for, so a prefix before it stays. */
export const leadingTo =
  (location: string): ServiceHandler =>
  () =>
    new Response(null, { status: 302, headers: { location, 'cache-control': 'no-cache' } })

type PublishedFile = { readonly type: string; readonly read: () => string | Uint8Array<ArrayBuffer> }

const HTML = 'text/html; charset=utf-8'
const CSS = 'text/css; charset=utf-8'
const SCRIPT = 'text/javascript; charset=utf-8'

const publishedBelow = (files: Readonly<Record<string, PublishedFile>>): ServiceHandler => {
  const handlers = new Map(Object.entries(files).map(([name, file]) => [name, published(file)]))
  return async (c, next) => {
    const handler = handlers.get(c.req.param('name') ?? '')
    if (handler === undefined)
      throw new ProblemError({ code: 'not-found', detail: `No route ${c.req.method} ${c.req.path}` })
    return await handler(c, next)
  }
}

/** A file that is read or made once, at the first request. A client that has it already gets 304. */
const published = ({ type, read }: PublishedFile): ServiceHandler => {
  let made: { readonly body: string | Uint8Array<ArrayBuffer>; readonly etag: string } | undefined
  const make = () => {
    const body = read()
    return { body, etag: `"${hash('sha256', body, 'base64url').slice(0, 22)}"` }
  }
  return (c) => {
    made ??= make()
    const { body, etag } = made
    const headers = { etag, 'cache-control': 'no-cache', ...(type === HTML && PAGE_POLICY) }
    if (matchesTag(c.req.header('if-none-match'), etag)) return new Response(null, { status: 304, headers })
    return new Response(body, { headers: { 'content-type': type, ...headers } })
  }
}

// A page loads everything from this service and may connect to no other. Swagger UI sets styles on its elements.
const PAGE_POLICY = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
}

/** A file of the package swagger-ui-dist. Only this function knows where the package is. */
const swaggerUiFile = (name: string): Uint8Array<ArrayBuffer> =>
  readFileSync(join(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'), '..', name))
