/** Answers that say how fresh they are, and that a client may keep and ask about again (RFC 9110, section 13). */
import { hash } from 'node:crypto'
import { matchesTag } from '#http/etag'
import type { ServiceContext } from '#http/context'
import { instantText } from '#wire/entry/instant'
import { jsonText } from '#wire/json/json'
import { jsonResponse } from '#wire/http/problem'

/** When the store was read, and the arrival time up to which everything was applied by then, or null if not known. */
export type AsOf = { readonly asOfMs: number; readonly appliedThroughMs: number | null }

type Answer = {
  /** What the ETag stands for: all of the body but its freshness. */
  readonly content: object
  readonly etag?: string
  readonly asOf: AsOf
}

/** The content as it is, its freshness in the headers alone; 304 when the client has it already. */
export const answer = (c: ServiceContext, { content, etag = contentTag(content), asOf }: Answer): Response =>
  conditional(c, content, etag, asOf)

/** The same with its freshness in the body, too. */
export const answerFresh = (c: ServiceContext, { content, etag = contentTag(content), asOf }: Answer): Response =>
  conditional(c, { ...content, ...freshnessFields(asOf) }, etag, asOf)

/** 304 when the client has what the tag stands for; where that is costly to make, this saves making it. */
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
    // May be kept, but has to be asked about before each use.
    'cache-control': 'no-cache',
    'daybook-as-of': fields.asOf,
    ...(fields.appliedThrough !== null && { 'daybook-applied-through': fields.appliedThrough }),
  }
}

/** Changes whenever the content does. Weak, because the freshness beside the content is not in it. */
const contentTag = (content: object): string => `W/"${hash('sha256', jsonText(content), 'base64url').slice(0, 22)}"`

/** How fresh an answer is, as clients read it. */
export const freshnessFields = ({ asOfMs, appliedThroughMs }: AsOf) => ({
  asOf: instantText(asOfMs),
  appliedThrough: appliedThroughMs === null ? null : instantText(appliedThroughMs),
})
