/** Answers that say how fresh they are, and that a client can keep and validate (RFC 9110, section 13). */
import { hash } from 'node:crypto'
import { matchesTag } from '#http/etag'
import type { ServiceContext } from '#http/context'
import { instantText } from '#wire/entry/instant'
import { jsonText } from '#wire/json/json'
import { jsonResponse } from '#wire/http/problem'

/** When the store was read, and the arrival time up to which everything was applied by then, or null if not known. */
export type AsOf = { readonly asOfMs: number; readonly appliedThroughMs: number | null }

type Answer = {
  /** The part of the body that the ETag stands for: everything except its freshness. */
  readonly content: object
  readonly etag?: string
  readonly asOf: AsOf
}

/** The content, with its freshness in the headers alone; 304 when the client has it already. */
export const answer = (c: ServiceContext, { content, etag = contentTag(content), asOf }: Answer): Response =>
  conditional(c, content, etag, asOf)

/** The content, with its freshness in the headers and in the body; 304 when the client has it already. */
export const answerFresh = (c: ServiceContext, { content, etag = contentTag(content), asOf }: Answer): Response =>
  conditional(c, { ...content, ...freshnessFields(asOf) }, etag, asOf)

/** Content that never changes, with a freshness of its own. A client may keep it for ever; 304 when it has it already. */
export const answerForEver = (c: ServiceContext, { content, etag, asOf }: Required<Answer>): Response => {
  const headers = { ...headersOf(etag, asOf), 'cache-control': FOR_EVER }
  return matchesTag(c.req.header('if-none-match'), etag)
    ? new Response(null, { status: 304, headers })
    : jsonResponse({ ...content, ...freshnessFields(asOf) }, 200, headers)
}

// A year, which is the most that caches take.
const FOR_EVER = 'max-age=31536000, immutable'

/** 304 when the client has the content of this tag already, otherwise undefined. For content that is costly to make. */
export const answerKnown = (c: ServiceContext, { etag, asOf }: Required<Omit<Answer, 'content'>>) =>
  matchesTag(c.req.header('if-none-match'), etag)
    ? new Response(null, { status: 304, headers: headersOf(etag, asOf) })
    : undefined

const conditional = (c: ServiceContext, body: object, etag: string, asOf: AsOf): Response =>
  answerKnown(c, { etag, asOf }) ?? jsonResponse(body, 200, headersOf(etag, asOf))

const headersOf = (etag: string, asOf: AsOf): Record<string, string> => {
  const fields = freshnessFields(asOf)
  return {
    etag,
    // A client may keep the answer, but has to validate it before each use.
    'cache-control': 'no-cache',
    'daybook-as-of': fields.asOf,
    ...(fields.appliedThrough !== null && { 'daybook-applied-through': fields.appliedThrough }),
  }
}

/** A tag that changes whenever the content does. It is weak, because it does not cover the freshness in the body. */
const contentTag = (content: object): string => `W/"${hash('sha256', jsonText(content), 'base64url').slice(0, 22)}"`

/** The freshness of an answer in the format that clients read. */
export const freshnessFields = ({ asOfMs, appliedThroughMs }: AsOf) => ({
  asOf: instantText(asOfMs),
  appliedThrough: appliedThroughMs === null ? null : instantText(appliedThroughMs),
})
