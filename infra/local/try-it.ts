import { DEFAULT_DATA_FOLDER } from '#infra/settings'
import type { Scope } from '#ledger/access'

type Running = {
  readonly ingestUrl: string
  readonly queryUrl: string
  readonly dataFolder: string
  /** Without an issuer of ours, the token comes from elsewhere. */
  readonly hasIssuer: boolean
}

/**
 * Four commands to paste into a shell in the project's folder and see the system work: a token, a merchant, a sale of
 * now, and the day that shows it.
 */
export const tryIt = ({ ingestUrl, queryUrl, dataFolder, hasIssuer }: Running): string => {
  const authorization = `-H "authorization: Bearer $TOKEN"`
  const json = `-H 'content-type: application/json'`
  const merchant = `{"name":"Corner Shop","currency":"BRL","timeZone":"UTC"}`
  // The shell fills in the time, so that the lines can be pasted at any time. Each paste is another sale.
  const entry =
    `{"entryId":"try-'$(date +%s)'","merchantId":"corner-shop","direction":"credit","amount":1250,` +
    `"currency":"BRL","method":"pix","occurredAt":"'$(date -u +%Y-%m-%dT%H:%M:%SZ)'"}`
  return [
    hasIssuer ? tokenLine(dataFolder) : `TOKEN=… # a token of your issuer with the scopes ${SCOPES.join(', ')}`,
    `curl -sS -X PUT ${ingestUrl}/v1/merchants/corner-shop ${authorization} ${json} -d '${merchant}'; echo`,
    `curl -sS ${ingestUrl}/v1/entries ${authorization} ${json} -d '${entry}'; echo; sleep 1`,
    `curl -sS ${queryUrl}/v1/merchants/corner-shop/days/$(date -u +%Y-%m-%d) ${authorization}; echo`,
  ].join('\n')
}

const SCOPES: readonly Scope[] = ['merchants:admin', 'entries:write', 'ledger:read']

const tokenLine = (dataFolder: string): string => {
  const folder = dataFolder === DEFAULT_DATA_FOLDER ? '' : `DAYBOOK_DATA=${quoted(dataFolder)} `
  return `TOKEN=$(${folder}npm run -s token -- --scope "${SCOPES.join(' ')}" --merchant corner-shop)`
}

/** As a shell reads it. */
const quoted = (text: string): string =>
  /^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`
