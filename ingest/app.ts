/** The HTTP face of the command side. */
import { service, type ServiceParts } from '#http/service'
import { ingestDocument } from '#wire/http/openapi/ingest-document'
import { INGEST_ROUTES, SERVICE_PREFIX } from '#wire/http/routes'
import { closingHandlers, type ClosingParts } from './closing-routes.ts'
import { entryHandlers, type EntryParts } from './entry-routes.ts'
import { requestGate, type GateParts } from './gate.ts'
import { merchantHandlers, type MerchantParts } from './merchant-routes.ts'
import { quarantineHandlers, type QuarantineParts } from './quarantine-routes.ts'

export type IngestParts = ServiceParts & GateParts & EntryParts & MerchantParts & QuarantineParts & ClosingParts

/** Paths whose requests may last as long as the client sends. */
export const ENDLESS_PATHS: readonly string[] = [INGEST_ROUTES.streamEntries.path]

export const ingestApp = (parts: IngestParts) => {
  const gate = requestGate(parts)
  return service(parts, {
    routes: INGEST_ROUTES,
    handlers: {
      ...merchantHandlers(parts),
      ...entryHandlers(gate, parts),
      ...closingHandlers(parts),
      ...quarantineHandlers(gate, parts),
    },
    document: ingestDocument,
    prefix: SERVICE_PREFIX,
  })
}
