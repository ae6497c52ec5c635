/** Three commands to paste into a shell and see the system work: a merchant, a sale of now, and the day that shows it. */
export const tryIt = ({ ingestUrl, queryUrl }: { ingestUrl: string; queryUrl: string }): string => {
  const json = `-H 'content-type: application/json'`
  const merchant = `{"name":"Corner Shop","currency":"BRL","timeZone":"UTC"}`
  // The shell fills in the time, so that the lines can be pasted at any time. Each paste is another sale.
  const entry =
    `{"entryId":"try-'$(date +%s)'","merchantId":"corner-shop","direction":"credit","amount":1250,` +
    `"currency":"BRL","method":"pix","occurredAt":"'$(date -u +%Y-%m-%dT%H:%M:%SZ)'"}`
  return [
    `curl -sS -X PUT ${ingestUrl}/v1/merchants/corner-shop ${json} -d '${merchant}'; echo`,
    `curl -sS ${ingestUrl}/v1/entries ${json} -d '${entry}'; echo; sleep 1`,
    `curl -sS ${queryUrl}/v1/merchants/corner-shop/days/$(date -u +%Y-%m-%d); echo`,
  ].join('\n')
}
