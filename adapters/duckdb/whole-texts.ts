/**
 * DuckDB's package decodes every text of an answer, wherever it stands in a row, with one decoder. That decoder takes a
 * U+FEFF at the start of a text for a byte order mark and drops it, and such a text is then another one: CSV imports are
 * full of them. Its constructor's option cannot be reached from outside, so its method is replaced by that of a decoder
 * which keeps all bytes. The contract suite of every reader holds it (test/awkward-texts.ts).
 */
import { textDecoder } from '@duckdb/node-api/lib/vectors/dataAccessors.js'

const keepingAll = new TextDecoder('utf-8', { ignoreBOM: true })

textDecoder.decode = keepingAll.decode.bind(keepingAll)
