/**
 * Knows what must be true of a book that is mended. After every change: no segment that was stored is gone or another one, and
 * while the book is not marked, its chain is whole, counts each entry once that counted before, and is the one whose end is
 * found. At the end: the mark is gone, and each entry of the archive counts once. Reconciling has to name one that does not.
 */
import { chainKey } from '#adapters/journal/generations'
import type { MemoryChains } from '#adapters/journal/memory-journal'
import { wholeChain } from '#ledger/chain'
import type { Entry } from '#ledger/entry'
import { generationOf } from '#ledger/generation'
import type { Change } from '#ledger/ports'
import type { SealedSegment } from '#ledger/segment'
import { verifyBook } from '#processors/journal/verify-book'
import type { BalanceRead } from '#wire/http/responses/balance'
import { openSegment } from '#wire/journal/segment'
import { MENDED, STANDING, type MendingWorld } from './mending-worlds.ts'
import type { Ports } from './ports.ts'

/** The book at a moment. */
type State = { readonly isMarked: boolean; readonly netMinor: bigint }

export class MendsOracle {
  readonly #chains: MemoryChains
  readonly #stores: Ports
  readonly #archived: readonly Entry[]
  readonly #stored = new Set<SealedSegment>()
  readonly #states: State[] = []
  readonly #broken: string[] = []
  #next = Promise.withResolvers<void>()

  constructor(chains: MemoryChains, stores: Ports, archived: readonly Entry[]) {
    this.#chains = chains
    this.#stores = stores
    this.#archived = archived
  }

  /** The book is damaged and marked now. */
  begin(): void {
    for (const chain of this.#chains.values()) for (const sealed of chain) this.#stored.add(sealed)
    this.#states.push({ isMarked: true, netMinor: 0n })
  }

  /** The stores, which tell the oracle of each change. */
  watched(stores: Ports): Ports {
    const told = async <T>(outcome: T, changes: readonly SealedSegment[]): Promise<T> => {
      if (this.#states.length > 0 && outcome !== 'taken' && outcome !== 'refused') await this.#noteChanged(changes)
      return outcome
    }
    return {
      ...stores,
      journal: {
        ...stores.journal,
        append: async (segment) => await told(await stores.journal.append(segment), [segment]),
      },
      transactions: {
        commit: async (changes) => await told(await stores.transactions.commit(changes), changes.flatMap(segmentsOf)),
      },
    }
  }

  /** Resolves at the next change. */
  changed(): Promise<void> {
    return this.#next.promise
  }

  /** The states that the book has from now on, once they are asked for. */
  states(): () => readonly State[] {
    const first = this.#states.length - 1
    return () => this.#states.slice(first)
  }

  checkBalance({ exact, parts }: BalanceRead, during: readonly State[]): void {
    const balance = parts.reduce((sum, { minor }) => sum + minor, 0n)
    const wasSo = during.some(({ isMarked, netMinor }) => !isMarked && netMinor === balance)
    this.must(!exact || wasSo, `the balance ${balance} was read as exact, and was never so`)
    this.must(exact || during.length > 1 || during[0]?.isMarked === true, 'the balance is not exact, and nothing moves')
  }

  /** What must be so at the end. Returns the state that is left. */
  async check({ damage, worker }: MendingWorld): Promise<string> {
    const { broken } = await this.#stores.heads.read(MENDED.merchantId)
    // A worker that read the old chain before the switch may mark the book after it. Verifying it takes such a mark away.
    this.must(broken.size === 0 || worker !== undefined, 'the book is still marked as broken')
    const verified = await verifyBook(this.#stores.journal, MENDED)
    this.must(verified.ok, `the book is broken at the end: ${JSON.stringify(verified)}`)
    const counted = await this.#counted()
    const missing = this.#archived.filter(({ entryId }) => !counted.some((entry) => entry.entryId === entryId))
    // A worker that knows segments which are gone appends behind them, where no reader looks.
    const mayBeLost = damage === 'the third segment is gone' && worker?.knows === STANDING.length
    this.must(mayBeLost || missing.length === 0, `${missing.map(({ entryId }) => entryId).join()} does not count`)
    this.throwBroken()
    return JSON.stringify(
      [...this.#chains].map(([key, chain]) => [key, chain.map(({ number, mark }) => [number, mark])]),
    )
  }

  must = (holds: boolean, otherwise: string): void => {
    if (!holds) this.#broken.push(otherwise)
  }

  throwBroken(): void {
    if (this.#broken.length > 0) throw new Error([...new Set(this.#broken)].slice(0, 5).join('\n'))
  }

  async #noteChanged(added: readonly SealedSegment[]): Promise<void> {
    for (const sealed of added) this.#stored.add(sealed)
    for (const sealed of this.#stored) {
      const chain = this.#chains.get(chainKey(sealed.book, generationOf(sealed.number))) ?? []
      this.must(chain.includes(sealed), `segment ${sealed.number} is gone or another one`)
    }
    const { broken } = await this.#stores.heads.read(MENDED.merchantId)
    const isMarked = broken.has(MENDED.day)
    const counted = isMarked ? [] : await this.#counted()
    if (!isMarked) {
      const verified = await verifyBook(this.#stores.journal, MENDED)
      this.must(verified.ok, `the book is not marked, and is broken: ${JSON.stringify(verified)}`)
      const ids = counted.map(({ entryId }) => entryId)
      this.must(new Set(ids).size === ids.length, `an entry counts twice: ${ids.join()}`)
      const end = await this.#stores.journal.end(MENDED)
      const isOfChain = verified.ok && end?.hash === verified.value.hash
      this.must(isOfChain, `a reader of the end finds segment ${end?.number}, which is not the end of the book`)
      for (const { entryId } of STANDING) this.must(ids.includes(entryId), `${entryId} does not count any more`)
    }
    this.#states.push({ isMarked, netMinor: counted.reduce((sum, { amountMinor }) => sum + amountMinor, 0n) })
    this.#next.resolve()
    this.#next = Promise.withResolvers()
  }

  async #counted(): Promise<Entry[]> {
    const counted: Entry[] = []
    try {
      for await (const sealed of wholeChain(this.#stores.journal, MENDED)) {
        counted.push(...openSegment(sealed).segment.entries)
      }
    } catch (error) {
      this.must(false, error instanceof Error ? error.message : String(error))
    }
    return counted
  }
}

const segmentsOf = (change: Change): SealedSegment[] => (change.change === 'append' ? [change.segment] : [])
