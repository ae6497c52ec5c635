import type { Entry } from '#ledger/entry'
import { hashKeyOf, laneOf } from '#ledger/lanes'
import type { EntryStream, OutgoingRecord } from '#ledger/ports'
import { encodeEntries, entryLine, FULL_RECORD_BYTES } from '#wire/stream/record'

/**
 * Puts accepted entries on the stream once more, unchanged and in this order. The journal processor recognises entries
 * that are counted already, so publishing twice does no harm.
 */
export const publishAgain = async (
  stream: Pick<EntryStream, 'put'>,
  entries: readonly Entry[],
  sleep: (ms: number) => Promise<unknown>,
): Promise<void> => {
  for (const record of recordsOf(entries)) {
    // Records are put one after the other, because the first of two contents of an id has to come first.
    for (let tries = 1; (await stream.put([record]))[0]?.status !== 'stored'; tries += 1) {
      if (tries === MOST_TRIES)
        throw new Error(`the stream refused a record ${MOST_TRIES} times; run the command again later`)
      await sleep(RETRY_MS)
    }
  }
}

const MOST_TRIES = 10
const RETRY_MS = 200

function* recordsOf(entries: readonly Entry[]): Generator<OutgoingRecord> {
  for (const [merchantId, ofMerchant] of Map.groupBy(entries, (entry) => entry.merchantId)) {
    const hashKey = hashKeyOf(laneOf(merchantId))
    let lines: string[] = []
    let length = 0
    for (const line of ofMerchant.map(entryLine)) {
      if (length + line.length > FULL_RECORD_BYTES && lines.length > 0) {
        yield { hashKey, data: encodeEntries(lines) }
        lines = []
        length = 0
      }
      lines.push(line)
      length += line.length
    }
    if (lines.length > 0) yield { hashKey, data: encodeEntries(lines) }
  }
}
