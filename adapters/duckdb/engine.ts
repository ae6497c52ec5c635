/**
 * DuckDB, whose answers keep every character. Its package decodes all texts of an answer, wherever they stand in a row,
 * with one decoder, which takes a U+FEFF at the start of a text for a byte order mark and drops it. The text is another
 * one then, and CSV imports are full of such. The decoder's option cannot be reached from outside, so its method is
 * replaced by that of a decoder which keeps all. Contract suites hold it (test/awkward-texts.ts).
 */
import { textDecoder } from '@duckdb/node-api/lib/vectors/dataAccessors.js'

const keepingAll = new TextDecoder('utf-8', { ignoreBOM: true })
textDecoder.decode = keepingAll.decode.bind(keepingAll)

export { DuckDBInstance } from '@duckdb/node-api'
