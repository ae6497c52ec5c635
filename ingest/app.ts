/** The HTTP face of the command side. */
import { publishDocs } from '#http/docs'
import { service, type ServiceParts } from '#http/service'
import { ingestDocument } from '#wire/http/openapi/ingest-document'
import { addEntryRoutes, type EntryParts } from './entry-routes.ts'
import { requestGate, type GateParts } from './gate.ts'
import { addMerchantRoutes, type MerchantParts } from './merchant-routes.ts'
import { addQuarantineRoutes, type QuarantineParts } from './quarantine-routes.ts'

export type IngestParts = ServiceParts & GateParts & EntryParts & MerchantParts & QuarantineParts

/** Paths whose requests may last as long as the client sends. */
export const ENDLESS_PATHS: readonly string[] = ['/v1/entries/stream']

export const ingestApp = (parts: IngestParts) => {
  const app = service(parts)
  const gate = requestGate(parts)
  addMerchantRoutes(app, parts)
  addEntryRoutes(app, gate, parts)
  addQuarantineRoutes(app, gate, parts)
  publishDocs(app, ingestDocument)
  return app
}
