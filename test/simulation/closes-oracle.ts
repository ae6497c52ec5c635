/**
 * Knows what must be true of closed days. It folds the segments by itself, entry by entry, and holds against that what the
 * production code stores: heads, items of closed days, restatements and seals.
 *
 * After every change: an entry counts once, whichever book it counts in; a day is closed if and only if its chain says so,
 * and then takes entries only as a late policy does; each day opens with what the day before closed with, and the head's
 * closing is that of the last closed day; a version that was issued never changes; seals and restatements are one unbroken
 * row for each merchant. What a redirect takes from one book stands in another, and what is set aside is in quarantine.
 */
import { isDeepStrictEqual } from 'node:util'
import { businessDayOf, dayBounds, shiftDay, type Calendar } from '#ledger/calendar'
import { closedVersion, type ClosedDay, type Restatement } from '#ledger/close'
import { contentHash, type Entry } from '#ledger/entry'
import { emptyHead, type Head } from '#ledger/head'
import { bookKey, type BookId, type BusinessDay, type MerchantId } from '#ledger/identifiers'
import type { LatePolicy, Merchant } from '#ledger/merchant'
import { netMinor, noTotals, type Totals } from '#ledger/money'
import type { Change } from '#ledger/ports'
import type { Quarantined, SetAside } from '#ledger/quarantine'
import { sealHash, type Seal, type SealHash } from '#ledger/seal'
import { digestOf, type Mark, type SealedSegment, type Segment } from '#ledger/segment'
import { contentOf } from './content.ts'
import type { Ports } from './ports.ts'

type Must = (holds: boolean, otherwise: string) => void

/** A segment as it is stored, and what is in it. */
export type Appended = { readonly sealed: SealedSegment; readonly segment: Segment }

/** A version of a closed day. */
export type Issued = {
  readonly version: number
  readonly openingMinor: bigint
  readonly totals: Totals
  /** The segment that carries the day view; 0 when the day had no book. */
  readonly segment: number
}

/** A book as its segments make it. */
type Chain = {
  readonly id: BookId
  readonly entries: Entry[]
  totals: Totals
  /** The closing segment. */
  closedIn?: number
  /** The last segment of a close with a book, or of a restatement. */
  issuedIn: number
}

/** What became of an entry that has an id in its own book: where it counts, or null when it is recorded as set aside. */
type Place = { readonly entry: Entry; readonly day: BusinessDay | null; readonly mark: Mark | undefined }

export type ClosesOptions = {
  readonly merchants: readonly Merchant[]
  /** Absent where time plays no part. */
  readonly clock?: () => number
  /** How far the clocks of workers are behind at most. */
  readonly skewMs?: number
}

export class ClosesOracle {
  readonly #must: Must
  readonly #stores: Ports
  readonly #clock: (() => number) | undefined
  readonly #beganAtMs: number
  readonly #chains = new Map<string, Chain>()
  /** By own book and id. */
  readonly #places = new Map<string, Place>()
  /** The ids that were recorded as set aside, also those that were released since. */
  readonly #wasAside = new Set<string>()
  /** The days of which versions are looked at. */
  readonly #days = new Set<BusinessDay>()
  readonly #issued = new Map<string, Issued[]>()
  readonly #closed = new Map<string, ClosedDay>()
  readonly #restatements = new Map<MerchantId, Restatement[]>()
  readonly #lastSeals = new Map<MerchantId, SealHash>()
  readonly #revisions = new Map<MerchantId, number>()
  readonly #closedThrough = new Map<MerchantId, BusinessDay>()
  /** The policies and calendars that each merchant has had. */
  readonly #policies = new Map<MerchantId, Set<LatePolicy>>()
  readonly #calendars = new Map<MerchantId, Calendar>()
  /** The ids of the events that stand on the stream. */
  readonly #told = new Set<string>()

  constructor(must: Must, stores: Ports, { merchants, clock, skewMs = 0 }: ClosesOptions) {
    this.#must = must
    this.#stores = stores
    this.#clock = clock
    this.#beganAtMs = (clock?.() ?? 0) - skewMs
    for (const merchant of merchants) this.noteMerchant(merchant)
  }

  /** A merchant is registered, or was changed. */
  noteMerchant({ merchantId, lateEntries, calendar }: Merchant): void {
    this.#policies.set(merchantId, new Set([...(this.#policies.get(merchantId) ?? []), lateEntries]))
    this.#calendars.set(merchantId, calendar)
  }

  calendarOf(merchantId: MerchantId): Calendar {
    const calendar = this.#calendars.get(merchantId)
    if (calendar === undefined) throw new Error(`no merchant ${merchantId}`)
    return calendar
  }

  /** Versions of these days are looked at from now on, whether they have books or not. */
  noteDays(first: BusinessDay, last: BusinessDay): void {
    for (let day = first; day <= last; day = shiftDay(day, 1)) this.#days.add(day)
  }

  /** Where an entry counts; null when its own book records that it was set aside, undefined when its book knows nothing of it. */
  placeOf(entry: Entry): BusinessDay | null | undefined {
    const place = this.#places.get(idOf(entry))
    return place !== undefined && contentOf(place.entry) === contentOf(entry) ? place.day : undefined
  }

  /** What became of an id of a book. */
  placeIn(book: BookId, entryId: string): Place | undefined {
    return this.#places.get(`${bookKey(book)} ${entryId}`)
  }

  /** The entries of a book's own day that count in it. */
  ownEntries(book: BookId): readonly Entry[] {
    return (this.#of(book)?.entries ?? []).filter(({ businessDay }) => businessDay === book.day)
  }

  /** Whether an id of a book is taken by a late entry of another day. */
  isTakenByLate(book: BookId, entryId: string): boolean {
    return this.#of(book)?.entries.some((one) => one.entryId === entryId && one.businessDay !== book.day) ?? false
  }

  /** Whether the id is taken in some later book, so that an entry of this one cannot be passed on to it. */
  isTakenLater({ merchantId, businessDay, entryId }: Entry): boolean {
    return this.#chainsOf(merchantId).some(
      ({ id, entries }) => id.day > businessDay && entries.some((entry) => entry.entryId === entryId),
    )
  }

  /** Whether the own book of an entry records that it was set aside, for this reason. */
  isRecordedAside({ subject, reason }: Pick<SetAside, 'subject' | 'reason'>): boolean {
    if (subject === 'unreadable') return false
    const place = this.#places.get(idOf(subject))
    if (place?.mark?.kind !== 'setting-aside' || place.mark.reason !== reason) return false
    return contentOf(place.entry) === contentOf(subject)
  }

  /** Whether an id waited in quarantine as late, and counts since an operator released it. */
  isReleased(book: BookId, entryId: string): boolean {
    const place = this.placeIn(book, entryId)
    return place !== undefined && place.day !== null && this.#wasAside.has(`${bookKey(book)} ${entryId}`)
  }

  /** How many days were closed, days were restated, and late entries were passed on in each way. */
  get counts(): Readonly<Record<string, number>> {
    const late = [...this.#places.values()].map(({ mark }) => mark?.kind)
    const count = (kind: Mark['kind']): number => late.filter((one) => one === kind).length
    return {
      'a day was closed': this.#closed.size,
      'a day was restated': [...this.#restatements.values()].flat().length,
      'a late entry was restated': count('restating'),
      'a late entry was redirected': count('received'),
      'a late entry was quarantined': this.#wasAside.size,
      'a late entry was released': [...this.#places].filter(([id, { day }]) => day !== null && this.#wasAside.has(id))
        .length,
      'a book was born closed': [...this.#chains.values()].filter(({ closedIn }) => closedIn === 1).length,
    }
  }

  /** The newest version of each closed day that is looked at. */
  newestOf(merchantId: MerchantId): ReadonlyMap<BusinessDay, Issued> {
    return new Map(
      [...this.#days].flatMap((day) => {
        const last = this.#issued.get(bookKey({ merchantId, day }))?.at(-1)
        return last === undefined ? [] : [[day, last] as const]
      }),
    )
  }

  /** A version of a closed day, if it was looked at when it was issued. */
  issuedAs(book: BookId, version: number): Issued | undefined {
    return this.#issued.get(bookKey(book))?.find((issued) => issued.version === version)
  }

  /** Several items of a merchant have changed together, or a single one. `isAside` knows what is in quarantine. */
  async noteChanged(
    merchantId: MerchantId,
    appended: readonly Appended[],
    changes: readonly Change[],
    isAside: (entry: Entry) => boolean,
  ): Promise<void> {
    for (const { segment } of appended) if (segment.mark?.kind === 'releasing') this.#release(segment, changes)
    for (const one of appended) this.#append(one)
    for (const { sealed, segment } of appended) this.#checkPassedOn(sealed.book, segment, changes, isAside)
    const head = await this.#stores.heads.read(merchantId)
    for (const change of changes) {
      if (change.change === 'close') this.#noteClosed(change.closed)
      if (change.change === 'restate') this.#noteRestated(change.restatement)
    }
    this.#checkHead(merchantId, head)
    this.#noteIssued(merchantId, head)
  }

  /** An event of a closed day or a late entry stands on the stream. */
  noteTold(eventId: string, body: Readonly<Record<string, unknown>>): void {
    const [kind = '', merchantId = '', place = '', ...rest] = eventId.split('/')
    const entryId = rest.join('/')
    const book = { merchantId, day: place } as BookId
    const restatement = this.#restatements.get(merchantId as MerchantId)?.[Number(place) - 1]
    const closed = this.#closed.get(bookKey(book))
    const late = this.placeIn(book, entryId)
    const isSo = {
      'day.closed': () =>
        body['sealHash'] === (closed && sealHash(closed.seal)) &&
        body['opening'] === String(closed?.openingMinor) &&
        body['net'] === Number(closed?.netMinor),
      'days.closed-through': () => (this.#closedThrough.get(merchantId as MerchantId) ?? '') >= place,
      'day.restated': () =>
        body['sealHash'] === (restatement && sealHash(restatement.seal)) &&
        body['delta'] === Number(restatement?.deltaMinor),
      'entry.redirected': () => late?.mark?.kind === 'received' && late.day === body['to'],
      'entry.restated': () =>
        late?.mark?.kind === 'restating' && late.mark.restatement === body['restatement'] && late.day === book.day,
      'entry.set-aside': () => this.#wasAside.has(`${bookKey(book)} ${entryId}`),
    }[kind]
    this.#must(isSo?.() === true, `${eventId} is told and not so: ${JSON.stringify(body)}`)
    this.#told.add(eventId)
  }

  /** What must be so at the end, when all that was delivered is done. */
  async checkAtEnd(): Promise<void> {
    for (const { entry, mark } of this.#places.values()) {
      const kind = mark && TOLD_AS[mark.kind]
      const eventId = `${kind}/${entry.merchantId}/${entry.businessDay}/${entry.entryId}`
      this.#must(kind === undefined || this.#told.has(eventId), `${eventId} is so and was not told`)
    }
    for (const [merchantId, restatements] of this.#restatements) {
      for (const { number } of restatements) {
        const eventId = `day.restated/${merchantId}/${number}`
        this.#must(this.#told.has(eventId), `${eventId} is so and was not told`)
      }
    }
    for (const merchantId of this.#policies.keys()) await this.#checkItems(merchantId)
  }

  #of(book: BookId): Chain | undefined {
    return this.#chains.get(bookKey(book))
  }

  #chainsOf(merchantId: MerchantId): Chain[] {
    return [...this.#chains.values()].filter(({ id }) => id.merchantId === merchantId)
  }

  #append({ sealed, segment }: Appended): void {
    const { book: id } = sealed
    const { number, mark, entries, passedOn } = segment
    const name = `segment ${number} of ${bookKey(id)}`
    const chain = this.#of(id) ?? { id, entries: [], totals: noTotals, issuedIn: 0 }
    this.#chains.set(bookKey(id), chain)
    this.#days.add(id.day)
    const isLate = mark !== undefined && LATE.has(mark.kind)
    this.#must(
      isLate === (chain.closedIn !== undefined),
      `${name}, ${mark?.kind ?? 'an append'}, is in the wrong place`,
    )
    this.#must(mark?.kind !== 'closing' || entries.length === 0, `${name} closes the book and has entries`)
    if (mark?.kind === 'closing') chain.closedIn ??= number
    if (mark?.kind === 'restating') chain.issuedIn = number
    this.#checkPolicy(name, id.merchantId, mark)
    for (const entry of [...entries, ...passedOn]) {
      const home = mark?.kind === 'received' ? mark.from : id.day
      this.#must(entry.businessDay === home, `${name} holds ${entry.entryId} of ${entry.businessDay}`)
    }
    for (const entry of entries) this.#count(chain, entry, mark)
    for (const entry of mark?.kind === 'setting-aside' ? passedOn : []) {
      this.#must(!this.#places.has(idOf(entry)), `${name} sets ${entry.entryId} aside, whose id is taken`)
      this.#places.set(idOf(entry), { entry, day: null, mark })
      this.#wasAside.add(idOf(entry))
    }
    this.#must(areSame(sealed.totals, chain.totals), `${name} has other totals than the entries that count`)
  }

  /** Entries that were set aside are about to count elsewhere, because an operator wants it so. */
  #release({ passedOn }: Segment, changes: readonly Change[]): void {
    const items = changes.flatMap((change) => (change.change === 'release' ? [change.item] : []))
    for (const entry of passedOn) {
      const place = this.#places.get(idOf(entry))
      this.#must(place?.day === null, `${idOf(entry)} is released and does not wait`)
      const isWanted = ({ subject, actions }: Quarantined): boolean =>
        subject !== 'unreadable' &&
        idOf(subject) === idOf(entry) &&
        actions.some((one) => one.action === 'replay-begun' && contentOf(one.entry) === contentOf(entry))
      this.#must(items.some(isWanted), `${idOf(entry)} is released, and no operator has replayed it`)
      this.#places.delete(idOf(entry))
    }
  }

  #count(chain: Chain, entry: Entry, mark: Mark | undefined): void {
    const before = this.#places.get(idOf(entry))
    const where = before?.day === null ? 'set aside' : `counted on ${before?.day}`
    this.#must(before === undefined, `${idOf(entry)} counts on ${chain.id.day} and was ${where} before`)
    this.#places.set(idOf(entry), { entry, day: chain.id.day, mark })
    chain.entries.push(entry)
    const { creditsMinor, debitsMinor, entryCount } = chain.totals
    chain.totals = {
      creditsMinor: creditsMinor + (entry.direction === 'credit' ? entry.amountMinor : 0n),
      debitsMinor: debitsMinor + (entry.direction === 'debit' ? entry.amountMinor : 0n),
      entryCount: entryCount + 1,
    }
  }

  #checkPolicy(name: string, merchantId: MerchantId, mark: Mark | undefined): void {
    const policy = policyOf(mark)
    const isSo = policy === undefined || this.#policies.get(merchantId)?.has(policy) === true
    this.#must(isSo, `${name} follows the policy ${policy}, which the merchant never had`)
  }

  /** Checks that both sides of what passes late entries on came true together. */
  #checkPassedOn(
    id: BookId,
    { number, mark, entries, passedOn }: Segment,
    changes: readonly Change[],
    isAside: (entry: Entry) => boolean,
  ): void {
    const name = `segment ${number} of ${bookKey(id)}`
    switch (mark?.kind) {
      case 'redirecting':
      case 'releasing':
        for (const entry of passedOn) {
          this.#must(this.placeOf(entry) === mark.to, `${name} says that ${entry.entryId} counts on ${mark.to}`)
        }
        return
      case 'received': {
        const own = changes.flatMap((change) => (change.change === 'append' ? [change.segment] : []))
        const isRecorded = own.some(({ book }) => book.merchantId === id.merchantId && book.day === mark.from)
        this.#must(isRecorded, `${name} counts late entries of ${mark.from}, whose book was not told`)
        this.#checkToday(name, id)
        return
      }
      case 'setting-aside':
        for (const entry of passedOn) this.#must(isAside(entry), `${name} sets ${entry.entryId} aside, and it is not`)
        return
      case 'restating': {
        const isNumbered = changes.some(
          ({ change, ...one }) =>
            change === 'restate' &&
            'restatement' in one &&
            bookKey(one.restatement.book) === bookKey(id) &&
            one.restatement.segment === number &&
            one.restatement.number === mark.restatement,
        )
        this.#must(isNumbered && entries.length > 0, `${name} restates the day without a restatement`)
        return
      }
      case 'closing':
      case 'superseding':
      case 'void':
      case undefined:
    }
  }

  /** Late entries count on today's book. Today moves on while they are under way. */
  #checkToday(name: string, { merchantId, day }: BookId): void {
    const calendar = this.#calendars.get(merchantId)
    if (this.#clock === undefined || calendar === undefined) return
    const isSo = day >= businessDayOf(calendar, this.#beganAtMs)
    this.#must(isSo, `${name} counts late entries, and its day was over before all began`)
  }

  #noteClosed(closed: ClosedDay): void {
    const { book, openingMinor, base, segment, seal } = closed
    const name = `the close of ${bookKey(book)}`
    const chain = this.#of(book)
    this.#must(!this.#closed.has(bookKey(book)), `${name} happens twice`)
    this.#closed.set(bookKey(book), closed)
    this.#must(chain?.closedIn === segment, `${name} is not at its closing segment`)
    if (chain !== undefined) chain.issuedIn = segment
    const { merchantId, day } = book
    this.#must(base === (this.#restatements.get(merchantId)?.length ?? 0), `${name} has the base ${base}`)
    this.#must(closed.netMinor === netMinor(chain?.totals ?? noTotals), `${name} has the net ${closed.netMinor}`)
    const before = this.#balanceBefore(merchantId, day)
    this.#must(openingMinor === before, `${name} opens with ${openingMinor}, and ${before} came before it`)
    this.#checkSeal(name, book, seal, 1)
    this.#mustHaveEnded(name, merchantId, day)
  }

  #noteRestated(restatement: Restatement): void {
    const { book, number, deltaMinor, segment, seal } = restatement
    const name = `restatement ${number} of ${bookKey(book)}`
    const all = this.#restatements.get(book.merchantId) ?? []
    this.#must(number === all.length + 1, `${name} comes after ${all.length} others`)
    const last = this.#issued.get(bookKey(book))?.at(-1)
    this.#restatements.set(book.merchantId, [...all, restatement])
    const chain = this.#of(book)
    this.#must(chain?.issuedIn === segment, `${name} is not at its segment`)
    const before = netMinor(last?.totals ?? noTotals)
    const delta = netMinor(chain?.totals ?? noTotals) - before
    this.#must(last === undefined || deltaMinor === delta, `${name} adds ${deltaMinor}, and its entries ${delta}`)
    this.#checkSeal(name, book, seal, this.#versionOf(book))
  }

  #checkSeal(name: string, book: BookId, seal: Seal, version: number): void {
    const chain = this.#of(book)
    const { merchantId } = book
    const previous = this.#lastSeals.get(merchantId) ?? null
    this.#must(seal.previous === previous, `${name} has a seal that does not name the one before it`)
    const contents = (chain?.entries ?? []).map((entry) => ({
      entryId: entry.entryId,
      contentHash: contentHash(entry),
    }))
    const isSo =
      seal.merchantId === merchantId &&
      seal.day === book.day &&
      seal.version === version &&
      areSame(seal.totals, chain?.totals ?? noTotals) &&
      seal.digest === digestOf(contents)
    this.#must(isSo, `${name} has a seal that is not so, version ${seal.version} for ${version}`)
    this.#lastSeals.set(merchantId, sealHash(seal))
  }

  #mustHaveEnded(name: string, merchantId: MerchantId, day: BusinessDay): void {
    const calendar = this.#calendars.get(merchantId)
    if (this.#clock === undefined || calendar === undefined) return
    this.#must(dayBounds(calendar, day).endsAtMs <= this.#clock(), `${name} comes before the day has ended`)
  }

  #checkHead(merchantId: MerchantId, head: Head): void {
    const name = `the head of ${merchantId}`
    const { closedThrough, closingMinor, open, restatements, lastSeal, revision } = head
    const before = this.#revisions.get(merchantId) ?? emptyHead.revision
    this.#must(revision === before || revision === before + 1, `${name} went from revision ${before} to ${revision}`)
    this.#revisions.set(merchantId, revision)
    if (closedThrough !== null) this.#closedThrough.set(merchantId, closedThrough)
    this.#must(restatements === (this.#restatements.get(merchantId)?.length ?? 0), `${name} counts other restatements`)
    this.#must(lastSeal === (this.#lastSeals.get(merchantId) ?? null), `${name} names another seal than the last one`)
    for (const { id, closedIn } of this.#chainsOf(merchantId)) {
      const isClosed = closedThrough !== null && id.day <= closedThrough
      const says = closedIn === undefined ? 'open' : 'closed'
      this.#must(isClosed === (closedIn !== undefined), `${bookKey(id)} is ${says} by its chain, and not by its head`)
      this.#must(isClosed || open.has(id.day), `${bookKey(id)} has a book and is not in its head`)
    }
    for (const day of open)
      this.#must(closedThrough === null || day > closedThrough, `${name} has ${day} open and closed`)
    const closing = closedThrough === null ? 0n : this.#balanceBefore(merchantId, shiftDay(closedThrough, 1))
    this.#must(closingMinor === closing, `${name} closes with ${closingMinor}, and its days with ${closing}`)
    if (closedThrough !== null) this.#mustHaveEnded(name, merchantId, closedThrough)
  }

  /** Takes note of the versions that days have now. */
  #noteIssued(merchantId: MerchantId, { closedThrough }: Head): void {
    if (closedThrough === null) return
    for (const day of this.#days) {
      if (day > closedThrough) continue
      const book = { merchantId, day }
      const known = this.#issued.get(bookKey(book)) ?? []
      this.#issued.set(bookKey(book), known)
      const chain = this.#of(book)
      const now: Issued = {
        version: this.#versionOf(book),
        openingMinor: this.#balanceBefore(merchantId, day),
        totals: chain?.totals ?? noTotals,
        segment: chain?.issuedIn ?? 0,
      }
      const last = known.at(-1)
      if (last?.version === now.version) {
        this.#must(isDeepStrictEqual(last, now), `version ${now.version} of ${bookKey(book)} is another one now`)
        continue
      }
      const follows = last === undefined || last.version + 1 === now.version
      this.#must(follows, `${bookKey(book)} went from version ${last?.version} to ${now.version}`)
      known.push(now)
    }
  }

  /** 1 for the close, and 1 for each later restatement of the day or of one before it. */
  #versionOf({ merchantId, day }: BookId): number {
    const upTo = [...this.#closed.values()].filter(({ book }) => book.merchantId === merchantId && book.day <= day)
    const newest = upTo.toSorted((a, b) => (a.book.day < b.book.day ? -1 : 1)).at(-1)
    const later = (this.#restatements.get(merchantId) ?? []).slice(newest?.base ?? 0)
    return 1 + later.filter(({ book }) => book.day <= day).length
  }

  /** What all entries add up to that count before a day. */
  #balanceBefore(merchantId: MerchantId, day: BusinessDay): bigint {
    return this.#chainsOf(merchantId)
      .filter(({ id }) => id.day < day)
      .reduce((sum, { totals }) => sum + netMinor(totals), 0n)
  }

  /** Checks that the items of closed days still say what was issued, at each version. */
  async #checkItems(merchantId: MerchantId): Promise<void> {
    const { days } = this.#stores
    const stored = await days.closed(merchantId, '0001-01-01' as BusinessDay, '9999-12-31' as BusinessDay)
    const closed = [...this.#closed.values()].filter(({ book }) => book.merchantId === merchantId)
    const byDay = closed.toSorted((a, b) => (a.book.day < b.book.day ? -1 : 1))
    this.#must(isDeepStrictEqual(stored, byDay), `the closed days of ${merchantId} are not as they were closed`)
    // A closer tells of the day before when it closes a day. When it dies right after it, the last one stays untold.
    for (const { book } of byDay.slice(0, -1)) {
      const eventId = `day.closed/${merchantId}/${book.day}`
      this.#must(this.#told.has(eventId), `${eventId} is so and was not told`)
    }
    const restatements = await days.restatements(merchantId, 0, Number.MAX_SAFE_INTEGER)
    const known = this.#restatements.get(merchantId) ?? []
    this.#must(isDeepStrictEqual(restatements, known), `the restatements of ${merchantId} are not as they were made`)
    for (const day of this.#days) {
      const book = { merchantId, day }
      const newest = await days.newestClosed(book)
      const past = { newest, restatements }
      for (const { version, openingMinor, totals, segment } of this.#issued.get(bookKey(book)) ?? []) {
        const read = closedVersion(day, past, version)
        const isSame =
          read?.openingMinor === openingMinor &&
          read.closingMinor === openingMinor + netMinor(totals) &&
          read.segment === segment
        this.#must(isSame, `version ${version} of ${bookKey(book)} is no longer what was issued`)
        if (segment === 0) continue
        const [sealed] = await this.#stores.journal.read(book, segment - 1, 1)
        const isKept = sealed !== undefined && areSame(sealed.totals, totals)
        this.#must(isKept, `the view of version ${version} of ${bookKey(book)} is gone`)
      }
    }
  }
}

/** What a book takes only after it was closed. */
const LATE: ReadonlySet<Mark['kind']> = new Set(['restating', 'redirecting', 'setting-aside', 'releasing'])

const TOLD_AS: Readonly<Record<Mark['kind'], string | undefined>> = {
  closing: undefined,
  restating: 'entry.restated',
  redirecting: undefined,
  received: 'entry.redirected',
  'setting-aside': 'entry.set-aside',
  releasing: undefined,
  superseding: undefined,
  void: undefined,
}

/** The policy that a segment follows. */
const policyOf = (mark: Mark | undefined): LatePolicy | undefined => {
  switch (mark?.kind) {
    case 'restating':
      return 'restate'
    case 'redirecting':
      return 'nextOpenDay'
    case 'setting-aside':
      return mark.reason === 'day-closed' ? 'quarantine' : 'nextOpenDay'
    case 'closing':
    case 'received':
    case 'releasing':
    case 'superseding':
    case 'void':
    case undefined:
      return undefined
  }
}

const idOf = ({ merchantId, businessDay, entryId }: Entry): string =>
  `${bookKey({ merchantId, day: businessDay })} ${entryId}`

const areSame = (a: Totals, b: Totals): boolean =>
  a.creditsMinor === b.creditsMinor && a.debitsMinor === b.debitsMinor && a.entryCount === b.entryCount
