/** A client made from the published documents: it compiles, and it works. */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { ingestDocument } from '#wire/http/openapi/ingest-document'
import { queryDocument } from '#wire/http/openapi/query-document'
import { clientTypes } from './client-generator/client-types.ts'
import { YESTERDAY } from './client.ts'
import { aDayOfTrade } from './integrator.ts'
import { RunningSystem } from './running-system.ts'

test.each([
  { file: 'generated/ingest-api.ts', document: ingestDocument() },
  { file: 'generated/query-api.ts', document: queryDocument() },
])('$file is made from the document that is published now', async ({ file, document }) => {
  // Where it is not, `npm run client` writes it anew.
  await expect(await clientTypes(document)).toMatchFileSnapshot(file)
})

test('a correct program compiles against the generated client, and one with mistakes does not', async () => {
  const project = fileURLToPath(new URL('generated/tsconfig.json', import.meta.url))
  const { stdout } = await promisify(execFile)('tsc', ['--project', project]).catch(
    (failed: { stdout: string }) => failed,
  )
  expect(stdout).toBe('')
})

test('a program with the generated client trades a day on the real system', { timeout: 60_000 }, async () => {
  const system = await RunningSystem.start()
  try {
    const sales = [100, 250, 700].map((amount, index) => ({ entryId: `sale-${index}`, amount }))
    const shop = await system.tokenOf({
      scopes: ['merchants:admin', 'entries:write', 'ledger:read'],
      merchants: ['corner-shop'],
    })
    const daybook = { ingest: system.ingest, query: system.query, token: shop }
    const evening = await aDayOfTrade(daybook, { merchantId: 'corner-shop', day: YESTERDAY, sales })
    expect(evening.day).toMatchObject({ businessDay: YESTERDAY, currency: 'BRL', credits: 1050, net: 1050 })
    expect(evening.day.byMethod.pix).toEqual({ credits: 1050, debits: 0, entryCount: 3 })
    expect(evening.entryIds).toEqual(sales.map(({ entryId }) => entryId))
  } finally {
    await system.remove()
  }
})
