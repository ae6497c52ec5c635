/**
 * How rows travel to Firehose: many rows of one day in a record, each ended by a line break, and many records in a call.
 * Firehose bills a record in steps of 5 KB, files each record under one day, and takes at most 500 JSON documents in it
 * (https://docs.aws.amazon.com/firehose/latest/dev/limits.html).
 */
export type DayRow = { readonly day: string; readonly row: object }

const MAX_RECORD_ROWS = 500
const MAX_RECORD_BYTES = 1_000 * 1024
const MAX_CALL_RECORDS = 500
const MAX_CALL_BYTES = 4 * 1024 * 1024

/** Packs rows into records that are as full as the limits allow. Rows of a day stay in order. */
export const packRows = (rows: readonly DayRow[]): Uint8Array[] => {
  const records: Uint8Array[] = []
  const filling = new Map<string, FillingRecord>()
  for (const { day, row } of rows) {
    const line = `${JSON.stringify(row)}\n`
    const lineBytes = Buffer.byteLength(line)
    let record = filling.get(day)
    if (record === undefined || record.rows === MAX_RECORD_ROWS || record.bytes + lineBytes > MAX_RECORD_BYTES) {
      if (record !== undefined) records.push(Buffer.from(record.text))
      record = { text: '', rows: 0, bytes: 0 }
      filling.set(day, record)
    }
    record.text += line
    record.rows += 1
    record.bytes += lineBytes
  }
  return [...records, ...Array.from(filling.values(), ({ text }) => Buffer.from(text))]
}

type FillingRecord = { text: string; rows: number; bytes: number }

/** Groups records into calls, in order. */
export function* packCalls(records: readonly Uint8Array[]): Generator<readonly Uint8Array[]> {
  let call: Uint8Array[] = []
  let bytes = 0
  for (const record of records) {
    if (call.length === MAX_CALL_RECORDS || (call.length > 0 && bytes + record.length > MAX_CALL_BYTES)) {
      yield call
      call = []
      bytes = 0
    }
    call.push(record)
    bytes += record.length
  }
  if (call.length > 0) yield call
}
