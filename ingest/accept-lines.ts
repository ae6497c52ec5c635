/**
 * The use case behind `POST /v1/entries/stream`: entries one per line, as many as the client has. Lines that arrive
 * together go through `acceptEntries` together, as a block. Lines that arrive while a block is under way gather in the next
 * block, because many clients send each line as a piece of its own. At most MAX_BLOCKS blocks are held: no more is read
 * before the client has taken the answer of the oldest block. So the blocks bound the memory, even when the sender, the
 * stream or the reader of the answers is slow.
 */
import { ok, refuse, type Result } from '#ledger/result'
import type { Accepted } from '#wire/http/batch'
import { parseEntryText, type EntryInput } from '#wire/entry/schema'
import { decodeUtf8 } from '#wire/json/json'
import { brokenOffLine, doneLine, outcomeLines, type LineOutcome } from '#wire/http/responses/line-outcomes'
import { LineSplitter, MAX_LINE_BYTES, type Line } from '#wire/http/lines'
import { PROBLEMS, type Problem } from '#wire/http/problem'
import type { AcceptEntries } from './accept-entries.ts'

export type LineAcceptance = {
  /** The problem to answer for an error in the input or in our own code. */
  readonly explain: (error: unknown) => Problem
  /** Hears the outcomes of lines, also when the client no longer reads the answers. */
  readonly onOutcomes?: (outcomes: readonly Result<Accepted, Problem>[]) => void
  readonly sleep?: (ms: number) => Promise<unknown>
  /** In milliseconds, from any starting point. */
  readonly clock?: () => number
}

/**
 * Answers while it reads, as NDJSON. Never throws: an error, also one of `accept`, becomes the last answer. Lines whose
 * answer was not sent may be accepted all the same.
 */
export type AcceptLines = (
  input: AsyncIterable<Uint8Array>,
  requestId: string,
  accept: AcceptBlock,
) => AsyncGenerator<string>

/** Answers one outcome per input, in order; throws when the whole upload has to end. */
type AcceptBlock = (inputs: readonly EntryInput[]) => ReturnType<AcceptEntries>

const MAX_BLOCKS = 2
const MAX_BLOCK_LINES = 500
/** A block that gathers while another is under way goes when it has so much. So a fast sender has MAX_BLOCKS under way. */
const ENOUGH_LINES = 100
const ENOUGH_BYTES = MAX_LINE_BYTES / 8
/**
 * About what one request holds at most. A block is the 64 KiB that Node reads at once, the line that began before them, and
 * the little that had gathered. Its text and entries take as much again.
 */
export const MAX_HELD_BYTES = MAX_BLOCKS * 4 * MAX_LINE_BYTES

// A stream that takes nothing for a moment is waited for. After a longer time the upload ends, because each further
// line would only be refused.
const PAUSE_MS = 1_000
const GIVE_UP_AFTER_MS = 10_000

export const acceptLines = ({
  explain,
  onOutcomes = () => {},
  sleep = (ms) => new Promise((wake) => setTimeout(wake, ms)),
  clock = () => performance.now(),
}: LineAcceptance): AcceptLines =>
  async function* (input, requestId, accept) {
    const answerBlock = async (lines: readonly Line[]) => {
      const outcomes = await acceptBlock(accept, lines)
      onOutcomes(outcomes.map(({ outcome }) => outcome))
      return outcomes
    }
    const counted = { accepted: 0, rejected: 0 }
    let failingSinceMs: number | undefined
    try {
      for await (const outcomes of outcomesOf(input, answerBlock)) {
        const accepted = outcomes.filter(({ outcome }) => outcome.ok).length
        counted.accepted += accepted
        counted.rejected += outcomes.length - accepted
        yield outcomeLines(outcomes)

        const trouble = accepted > 0 ? undefined : mayHeal(outcomes)
        failingSinceMs = trouble === undefined ? undefined : (failingSinceMs ?? clock())
        if (trouble === undefined || failingSinceMs === undefined) continue
        if (clock() - failingSinceMs >= GIVE_UP_AFTER_MS) return yield brokenOffLine(counted, trouble, requestId)
        await sleep(PAUSE_MS)
      }
      yield doneLine(counted)
    } catch (error) {
      yield brokenOffLine(counted, explain(error), requestId)
    }
  }

/**
 * The outcomes of the input's lines, in order, block by block. Reads on while fewer than MAX_BLOCKS blocks are under
 * way. An error of the input is thrown after the outcomes of the lines before it.
 */
async function* outcomesOf(
  input: AsyncIterable<Uint8Array>,
  answerBlock: (lines: readonly Line[]) => Promise<readonly LineOutcome[]>,
): AsyncGenerator<readonly LineOutcome[]> {
  const blocks = blocksOf(input)
  const underWay: Promise<readonly LineOutcome[]>[] = []
  let gathered: Line[] = []
  let reading: Promise<Read> | undefined = readFrom(blocks)
  let failure: { readonly error: unknown } | undefined
  try {
    while (reading !== undefined || gathered.length > 0 || underWay.length > 0) {
      // A client that waits for its answer sends nothing more, so lines never wait for others while nothing is under way.
      if (gathered.length > 0 && (underWay.length === 0 || reading === undefined || isEnough(gathered))) {
        const answered = answerBlock(gathered)
        // It may fail while the block before it is still under way. Its turn to be heard comes then; until that, an
        // unhandled rejection would end the process.
        answered.catch(() => {})
        underWay.push(answered)
        gathered = []
      }
      const next: Read | readonly LineOutcome[] = await Promise.race([
        ...underWay.slice(0, 1),
        ...(reading !== undefined && underWay.length < MAX_BLOCKS ? [reading] : []),
      ])
      if (isOutcomes(next)) {
        void underWay.shift()
        if (next.length > 0) yield next
      } else if ('lines' in next) {
        gathered.push(...next.lines)
        reading = readFrom(blocks)
      } else {
        reading = undefined
        if ('error' in next) failure = next
      }
    }
    if (failure !== undefined) throw failure.error
  } finally {
    // A read that is under way ends only when the connection does, so it is not awaited.
    void blocks.return(undefined).catch(() => {})
  }
}

const isEnough = (lines: readonly Line[]): boolean =>
  lines.length >= ENOUGH_LINES || lines.reduce((sum, { bytes }) => sum + (bytes?.length ?? 0), 0) >= ENOUGH_BYTES

type Read = { readonly lines: readonly Line[] } | { readonly ended: true } | { readonly error: unknown }

const isOutcomes = (event: Read | readonly LineOutcome[]): event is readonly LineOutcome[] => Array.isArray(event)

// Never rejects, so that a read that is no longer awaited causes no unhandled rejection.
const readFrom = async (blocks: AsyncGenerator<readonly Line[]>): Promise<Read> => {
  try {
    const next = await blocks.next()
    return next.done === true ? { ended: true } : { lines: next.value }
  } catch (error) {
    return { error }
  }
}

/** Lines that arrived together, at most MAX_BLOCK_LINES. */
async function* blocksOf(input: AsyncIterable<Uint8Array>): AsyncGenerator<readonly Line[]> {
  const splitter = new LineSplitter()
  for await (const piece of input) yield* inBlocks(splitter.push(piece))
  yield* inBlocks(splitter.end())
}

function* inBlocks(lines: Iterable<Line>): Generator<readonly Line[]> {
  let block: Line[] = []
  for (const line of lines) {
    block.push(line)
    if (block.length < MAX_BLOCK_LINES) continue
    yield block
    block = []
  }
  if (block.length > 0) yield block
}

/** One outcome for each line that is not blank, in order. */
const acceptBlock = async (accept: AcceptBlock, block: readonly Line[]): Promise<readonly LineOutcome[]> => {
  const lines = block.flatMap(({ number, bytes }) => {
    const input = parseLine(bytes)
    return input === 'blank' ? [] : [{ number, input }]
  })
  const inputs = lines.flatMap(({ input }) => (input.ok ? [input.value] : []))
  const accepted = (await accept(inputs)).values()
  return lines.map(({ number, input }) => ({ line: number, outcome: input.ok ? nextOf(accepted) : input }))
}

const parseLine = (bytes: Uint8Array | undefined): Result<EntryInput, Problem> | 'blank' => {
  if (bytes === undefined) return refuse(TOO_LONG)
  // Decoding removes a byte order mark, which some systems put before their text.
  const text = decodeUtf8(bytes)
  if (!text.ok) return refuse(notJson('The line is not valid UTF-8.'))
  const input = parseEntryText(text.value)
  if (input.ok) return ok(input.value)
  return text.value.trim() === '' ? 'blank' : refuse(notJson('The line is not valid JSON.'))
}

const nextOf = (outcomes: Iterator<Result<Accepted, Problem>, unknown>): Result<Accepted, Problem> => {
  const next = outcomes.next()
  if (next.done === true) throw new Error('an entry was given and nothing came back')
  return next.value
}

/** The problem of lines that may be accepted when they are sent again. */
const mayHeal = (outcomes: readonly LineOutcome[]): Problem | undefined =>
  outcomes
    .flatMap(({ outcome }) => (outcome.ok ? [] : [outcome.error]))
    .find(({ code }) => PROBLEMS[code].status >= 500)

const TOO_LONG: Problem = { code: 'too-large', detail: `A line may have up to ${MAX_LINE_BYTES} bytes.` }

const notJson = (detail: string): Problem => ({ code: 'not-json', detail })
