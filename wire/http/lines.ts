/** Newline-delimited JSON as it arrives: bytes in pieces of any size become numbered lines. */

/** A line without its end; `bytes` is undefined when it is longer than a line may be. */
export type Line = {
  /** From 1, blank lines counted. */
  readonly number: number
  readonly bytes: Uint8Array | undefined
}

/** The longest line that is read: 64 KiB, some ten times what the largest entry takes. */
export const MAX_LINE_BYTES = 64 * 1024

/**
 * Splits at LF; a CR before it is white space to JSON. Holds back at most the start of one line. A line that is too long
 * is passed over without being held, and the lines after it are read.
 */
export class LineSplitter {
  readonly #maxBytes: number
  #number = 0
  #start: Uint8Array[] = []
  #startBytes = 0

  constructor(maxBytes: number = MAX_LINE_BYTES) {
    this.#maxBytes = maxBytes
  }

  /** The lines that end in this piece. */
  *push(piece: Uint8Array): Generator<Line> {
    let from = 0
    for (let end = piece.indexOf(LF); end >= 0; end = piece.indexOf(LF, from)) {
      this.#keep(piece.subarray(from, end))
      yield this.#finishLine()
      from = end + 1
    }
    this.#keep(piece.subarray(from))
  }

  /** The last line, when it has no end of its own. */
  *end(): Generator<Line> {
    if (this.#startBytes > 0) yield this.#finishLine()
  }

  #keep(bytes: Uint8Array): void {
    this.#startBytes += bytes.length
    if (this.#startBytes > this.#maxBytes) this.#start = []
    else if (bytes.length > 0) this.#start.push(bytes)
    // A line that comes byte by byte must not be held as sixty thousand pieces, which take far more than their bytes.
    if (this.#start.length >= MAX_PIECES) this.#start = [Buffer.concat(this.#start)]
  }

  #finishLine(): Line {
    this.#number += 1
    const isTooLong = this.#startBytes > this.#maxBytes
    const [only = NO_BYTES, ...more] = this.#start
    const bytes = isTooLong ? undefined : more.length === 0 ? only : Buffer.concat(this.#start)
    this.#start = []
    this.#startBytes = 0
    return { number: this.#number, bytes }
  }
}

const MAX_PIECES = 64
const LF = '\n'.charCodeAt(0)
const NO_BYTES = new Uint8Array()
