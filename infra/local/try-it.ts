import { DEFAULT_DATA_FOLDER } from '#infra/settings'
import type { Scope } from '#ledger/access'
import { EXAMPLE_REGISTRATION, EXAMPLE_SALE_FIELDS, EXAMPLE_SHOP } from '#wire/http/openapi/example-shop'

type Running = {
  readonly ingestUrl: string
  readonly queryUrl: string
  readonly dataFolder: string
  /** Without an issuer of ours, the token comes from elsewhere. */
  readonly hasIssuer: boolean
}

/**
 * Commands to paste into a shell in the project's folder and see the system work: a token, the example shop, a sale of
 * now, and the day that shows it.
 */
export const tryIt = ({ ingestUrl, queryUrl, dataFolder, hasIssuer }: Running): string => {
  const authorization = `-H "authorization: Bearer $TOKEN"`
  const json = `-H 'content-type: application/json'`
  const shop = `v1/merchants/${EXAMPLE_SHOP}`
  // The shell takes the time once, and id and time are made of it. So a line that is pasted twice in a second sends the
  // same entry twice, and never another content under the same id. POSIX reads BRT3 as three hours behind UTC, as in the
  // shop's zone, also where no zones are installed.
  const entry = JSON.stringify({ entryId: "sale-'$AT'", ...EXAMPLE_SALE_FIELDS, occurredAt: "'$AT'" })
  return [
    hasIssuer ? tokenLine(dataFolder) : `TOKEN=… # a token of your issuer with the scopes ${SCOPES.join(', ')}`,
    `curl -sS -X PUT ${ingestUrl}/${shop} ${authorization} ${json} -d '${JSON.stringify(EXAMPLE_REGISTRATION)}'; echo`,
    `AT=$(TZ=BRT3 date +%Y-%m-%dT%H:%M:%S-03:00); curl -sS ${ingestUrl}/v1/entries ${authorization} ${json} -d '${entry}'; echo; sleep 1`,
    `curl -sS ${queryUrl}/${shop}/days/\${AT%T*} ${authorization}; echo`,
  ].join('\n')
}

const SCOPES: readonly Scope[] = ['merchants:admin', 'entries:write', 'ledger:read']

const tokenLine = (dataFolder: string): string => {
  const folder = dataFolder === DEFAULT_DATA_FOLDER ? '' : `DAYBOOK_DATA=${quoted(dataFolder)} `
  return `TOKEN=$(${folder}npm run -s token -- --scope "${SCOPES.join(' ')}" --merchant ${EXAMPLE_SHOP})`
}

/** As a shell reads it. */
const quoted = (text: string): string =>
  /^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`
