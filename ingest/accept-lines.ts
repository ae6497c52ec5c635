/**
 * The use case behind `POST /v1/entries/stream`: entries one per line, as many as the client has. What arrives together
 * goes through `acceptEntries` together, a few such blocks at a time; no more is read before the oldest of them has
 * been answered and its answer taken. So memory is bounded by the blocks, whoever is slow: the sender, the stream, or
 * whoever reads the answers.
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
  readonly accept: AcceptEntries
  /** What to tell the client of an error, be it in what it sent or in us. */
  readonly explain: (error: unknown) => Problem
  /** Hears what became of lines, whether or not somebody still listens to the answers. */
  readonly onOutcomes?: (outcomes: readonly Result<Accepted, Problem>[]) => void
  readonly sleep?: (ms: number) => Promise<unknown>
  /** Milliseconds; only differences count. */
  readonly clock?: () => number
}

/** Answers while it reads, as NDJSON. Never throws: what goes wrong is in the last answer. */
export type AcceptLines = (input: AsyncIterable<Uint8Array>, requestId: string) => AsyncGenerator<string>

const MAX_BLOCKS = 2
const MAX_BLOCK_LINES = 500
/**
 * About what one request holds at most. A block is what Node reads at once, 64 KiB, and the line begun before that; what
 * is made of it, text and entries, takes as much again.
 */
export const MAX_HELD_BYTES = MAX_BLOCKS * 4 * MAX_LINE_BYTES

// A stream that takes nothing for a moment is waited for; one that does not come back would only draw refusals.
const PAUSE_MS = 1_000
const GIVE_UP_AFTER_MS = 10_000

export const acceptLines = ({
  accept,
  explain,
  onOutcomes = () => {},
  sleep = (ms) => new Promise((wake) => setTimeout(wake, ms)),
  clock = () => performance.now(),
}: LineAcceptance): AcceptLines =>
  async function* (input, requestId) {
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
 * The outcomes of the input's lines, in order, block by block. Reads on while blocks are under way, until there are
 * MAX_BLOCKS of them. Throws what the input throws, after the outcomes of what was read before.
 */
async function* outcomesOf(
  input: AsyncIterable<Uint8Array>,
  answerBlock: (lines: readonly Line[]) => Promise<readonly LineOutcome[]>,
): AsyncGenerator<readonly LineOutcome[]> {
  const blocks = blocksOf(input)
  const underWay: Promise<readonly LineOutcome[]>[] = []
  let reading: Promise<Read> | undefined = readFrom(blocks)
  let failure: { readonly error: unknown } | undefined
  try {
    while (reading !== undefined || underWay.length > 0) {
      const next: Read | readonly LineOutcome[] = await Promise.race([
        ...underWay.slice(0, 1),
        ...(reading !== undefined && underWay.length < MAX_BLOCKS ? [reading] : []),
      ])
      if (isOutcomes(next)) {
        void underWay.shift()
        if (next.length > 0) yield next
      } else if ('lines' in next) {
        underWay.push(answerBlock(next.lines))
        reading = readFrom(blocks)
      } else {
        reading = undefined
        if ('error' in next) failure = next
      }
    }
    if (failure !== undefined) throw failure.error
  } finally {
    // Not awaited: a read that is under way ends when the connection does.
    void blocks.return(undefined).catch(() => {})
  }
}

type Read = { readonly lines: readonly Line[] } | { readonly ended: true } | { readonly error: unknown }

const isOutcomes = (event: Read | readonly LineOutcome[]): event is readonly LineOutcome[] => Array.isArray(event)

// Never rejects, so that a read that nobody waits for any more ends quietly.
const readFrom = async (blocks: AsyncGenerator<readonly Line[]>): Promise<Read> => {
  try {
    const next = await blocks.next()
    return next.done === true ? { ended: true } : { lines: next.value }
  } catch (error) {
    return { error }
  }
}

/** Lines that arrived together, at most MAX_BLOCK_LINES; nobody waits until a block is full. */
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

/** One outcome per line that is not blank, in order. Never rejects, as `accept` never does. */
const acceptBlock = async (accept: AcceptEntries, block: readonly Line[]): Promise<readonly LineOutcome[]> => {
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
  // Takes a byte order mark away, which some systems put before their text.
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

/** Why lines were refused that may be accepted when they are sent again. */
const mayHeal = (outcomes: readonly LineOutcome[]): Problem | undefined =>
  outcomes
    .flatMap(({ outcome }) => (outcome.ok ? [] : [outcome.error]))
    .find(({ code }) => PROBLEMS[code].status >= 500)

const TOO_LONG: Problem = { code: 'too-large', detail: `A line may have up to ${MAX_LINE_BYTES} bytes.` }

const notJson = (detail: string): Problem => ({ code: 'not-json', detail })
