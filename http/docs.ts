/** Publishes a service's OpenAPI document, and pages on which people read it and try it. */
import { hash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { Handler, Hono } from 'hono'
import type { OpenApiDocument } from '#wire/http/openapi/document'
import type { ServiceEnv } from './context.ts'
import { PAGE_STYLE, problemsPage, TRY_IT_SCRIPT, tryItPage } from './docs-pages.ts'
import { matchesTag } from './etag.ts'
import { onlyMethods } from './methods.ts'

/** Adds `/openapi.json`, `/docs` and `/docs/problems`. The document is made at the first request for it. */
export const publishDocs = (app: Hono<ServiceEnv>, document: () => OpenApiDocument): void => {
  const files: Readonly<Record<string, PublishedFile>> = {
    '/openapi.json': { type: 'application/json', read: () => JSON.stringify(document()) },
    '/docs': { type: HTML, read: () => tryItPage(String(document().info.title)) },
    '/docs/problems': { type: HTML, read: problemsPage },
    [`${ASSETS}/page.css`]: { type: CSS, read: () => PAGE_STYLE },
    [`${ASSETS}/try-it.js`]: { type: SCRIPT, read: () => TRY_IT_SCRIPT },
    [`${ASSETS}/swagger-ui.css`]: { type: CSS, read: () => swaggerUiFile('swagger-ui.css') },
    [`${ASSETS}/swagger-ui-bundle.js`]: { type: SCRIPT, read: () => swaggerUiFile('swagger-ui-bundle.js') },
  }
  for (const [path, file] of Object.entries(files)) {
    app.get(path, published(file)).all(path, onlyMethods('GET', 'HEAD'))
  }
}

export const ASSETS = '/docs/assets'

type PublishedFile = { readonly type: string; readonly read: () => string | Uint8Array<ArrayBuffer> }

const HTML = 'text/html; charset=utf-8'
const CSS = 'text/css; charset=utf-8'
const SCRIPT = 'text/javascript; charset=utf-8'

/** A file that is read or made once, at the first request. A client that has it already gets 304. */
const published = ({ type, read }: PublishedFile): Handler<ServiceEnv> => {
  let made: { readonly body: string | Uint8Array<ArrayBuffer>; readonly etag: string } | undefined
  const make = () => {
    const body = read()
    return { body, etag: `"${hash('sha256', body, 'base64url').slice(0, 22)}"` }
  }
  return (c) => {
    made ??= make()
    const { body, etag } = made
    const headers = { etag, 'cache-control': 'no-cache', ...SECURITY_HEADERS }
    if (matchesTag(c.req.header('if-none-match'), etag)) return new Response(null, { status: 304, headers })
    return new Response(body, { headers: { 'content-type': type, ...headers } })
  }
}

// A page loads everything from this service and may connect to no other. Swagger UI sets styles on its elements.
const SECURITY_HEADERS = {
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
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
}

/** A file of the package swagger-ui-dist. Only this function knows where the package is. */
const swaggerUiFile = (name: string): Uint8Array<ArrayBuffer> =>
  readFileSync(join(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'), '..', name))
