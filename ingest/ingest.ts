import type { ServiceParts } from '#http/service'
import type { MerchantId } from '#ledger/identifiers'
import type { Clock, EntryStream, Merchants } from '#ledger/ports'
import { acceptEntries } from './accept-entries.ts'
import { ingestApp } from './app.ts'
import { guardedStream } from './guarded-stream.ts'
import { knownMerchants } from './known-merchants.ts'
import { registration } from './register-merchant.ts'
import { streamWriter } from './stream-writer.ts'

export type IngestWorld = {
  readonly stream: EntryStream
  readonly merchants: Merchants
  readonly log: ServiceParts['log'] & { warn(details: object, message: string): void }
  readonly clock?: Clock
}

/** The whole command side on the given stream and register; the same for every way to run it. */
export const ingest = ({ stream, merchants, log, clock = Date.now }: IngestWorld) => {
  const guarded = guardedStream(stream)
  const onStreamTrouble = (err: unknown) => log.warn({ err }, 'the stream is in trouble')
  const onTrouble = (err: unknown) => log.warn({ err }, 'the register of merchants is in trouble')
  return ingestApp({
    accept: acceptEntries({
      merchants: knownMerchants(merchants),
      writer: streamWriter(guarded, { onTrouble: onStreamTrouble }),
      clock,
      onTrouble,
    }),
    register: registration({ merchants, clock, onTrouble }),
    isReady: async () => {
      await Promise.all([guarded.openShards(), merchants.find(NOBODY)])
      return true
    },
    log,
  })
}

// "~" is in no client's alphabet: asking for it proves that the register answers, and finds nothing.
const NOBODY = '~' as MerchantId
