/** Plausible mistakes in closing days, in what becomes of late entries, and in reading closed days. */
import type { Bug } from './bug.ts'

const HEAD = 'ledger/head.ts'
const CLOSE = 'ledger/close.ts'
const CACHE = 'processors/journal/book-cache.ts'
const INTO_BOOK = 'processors/journal/record-into-book.ts'
const ENTRIES = 'processors/journal/record-entries.ts'
const LATE = 'processors/journal/record-late.ts'
const CLOSE_BOOK = 'processors/close/close-book.ts'
const CLOSE_DAYS = 'processors/close/close-days.ts'
const PLAN_DAYS = 'processors/close/plan-days.ts'
const COMPARE = 'processors/reconcile/compare-book.ts'
const COUNTED = 'processors/reconcile/counted-book.ts'
const STORES = 'adapters/transactions/memory-books.ts'
const READS = 'query-api/books.ts'
const CLOSED_DAYS = 'query-api/closed-days.ts'

const noOperator = 'no operator releases a late entry in the worlds of closing'

/** Why no small world shows these bugs. Some history of one shows each of the others. */
const NEEDS_HISTORIES: Readonly<Record<string, string>> = {
  'a release is not noted in its item': noOperator,
  'the slower of two releases sets the entry aside again': noOperator,
  'an entry is released again by its next copy': noOperator,
  'a redirected entry is missing in its own day':
    'a day that is closed is compared again only when it is reconciled, which no small world does',
}

const neverEmpty =
  'hardly any closer of a random history meets a merchant without an open day while its only entries are on their way'

const NEEDS_SMALL_WORLDS: Readonly<Record<string, string>> = {
  'a merchant without an open day needs no barrier': neverEmpty,
  'the barrier of a plan is not waited for': neverEmpty,
  'a plan waits for the consumer of the archive': neverEmpty,
  'the barrier of a plan is put on one shard only': neverEmpty,
}

export const BUGS_OF_CLOSING: readonly Bug[] = (
  [
    {
      name: 'the late policy comes before deduplication',
      file: INTO_BOOK,
      find: `      () => decide(book, undecided, policy === undefined || policy === 'restate'),`,
      plant: `      () =>
        policy === undefined
          ? decide(book, undecided)
          : { fresh: undecided, duplicates: [], refused: [], waiting: [], unknown: [] },`,
    },
    {
      name: 'entries are appended after the seal',
      file: INTO_BOOK,
      find: `const policy = book.closedIn === undefined ? undefined : await latePolicy(writer, book)`,
      plant: `const policy: 'restate' | undefined = undefined`,
    },
    {
      name: 'a book that is born behind the last closed day has no empty seal',
      file: CACHE,
      find: `(await heads.open(id)) === 'open' ? empty : await closeEmpty(empty)`,
      plant: `(await heads.open(id)) === 'open' ? empty : empty`,
    },
    {
      name: 'a close is three writes',
      file: CLOSE_BOOK,
      find: `    const outcome = await transactions.commit([
      { change: 'append', segment },
      { change: 'close', closed },
      { change: 'head', merchantId: id.merchantId, head: after },
    ])`,
      plant: `    const outcome = await transactions.commit([{ change: 'append', segment }])
    if (outcome === 'committed') {
      await transactions.commit([{ change: 'close', closed }])
      await transactions.commit([{ change: 'head', merchantId: id.merchantId, head: after }])
    }`,
    },
    {
      name: 'the head is written after the close',
      file: CLOSE_BOOK,
      find: `      { change: 'close', closed },
      { change: 'head', merchantId: id.merchantId, head: after },
    ])`,
      plant: `      { change: 'close', closed },
    ])
    if (outcome === 'committed')
      await transactions.commit([{ change: 'head', merchantId: id.merchantId, head: after }])`,
    },
    {
      name: 'a head is written whatever its revision is',
      file: STORES,
      find: `return (heads.get(change.merchantId) ?? emptyHead).revision === change.head.revision - 1`,
      plant: `return true`,
    },
    {
      name: 'a close does not raise the revision',
      file: HEAD,
      find: `    lastSeal: seal,
    revision: head.revision + 1,
  })
}`,
      plant: `    lastSeal: seal,
    revision: head.revision,
  })
}`,
    },
    {
      name: 'a restatement leaves the head as it was',
      file: LATE,
      find: `    { change: 'restate', restatement: restated.restatement },
    { change: 'head', merchantId: book.id.merchantId, head: restated.head },`,
      plant: `    { change: 'restate', restatement: restated.restatement },`,
    },
    {
      name: 'a restatement moves no balance',
      file: HEAD,
      find: `closingMinor: head.closingMinor + deltaMinor,`,
      plant: `closingMinor: head.closingMinor + 0n * deltaMinor,`,
    },
    {
      name: 'a restatement is no item of its own',
      file: LATE,
      find: `    { change: 'restate', restatement: restated.restatement },\n`,
      plant: ``,
    },
    {
      name: 'a redirect is not recorded in the own day',
      file: LATE,
      find: `    append(sealed),\n    append(received.sealed),`,
      plant: `    append(received.sealed),`,
    },
    {
      name: 'a redirect is recorded after the entry was posted',
      file: LATE,
      find: `  if ((await transactions.commit(changes)) === 'refused') return { book: await books.refreshed(book), left: undecided }`,
      plant: `  const [own, posted, ...rest] = changes as [Change, Change]
  for (const step of [[posted], [own, ...rest]]) {
    if ((await transactions.commit(step)) === 'refused') return { book: await books.refreshed(book), left: undecided }
  }`,
    },
    {
      name: 'a redirect is recorded before the entry is posted',
      file: LATE,
      find: `  if ((await transactions.commit(changes)) === 'refused') return { book: await books.refreshed(book), left: undecided }`,
      plant: `  const [own, posted, ...rest] = changes as [Change, Change]
  for (const step of [[own], [posted, ...rest]]) {
    if ((await transactions.commit(step)) === 'refused') return { book: await books.refreshed(book), left: undecided }
  }`,
    },
    {
      name: 'a release is not noted in its item',
      file: LATE,
      find: `items.slice(0, received.length).map(`,
      plant: `items.slice(items.length).map(`,
    },
    {
      name: 'a late entry that waits counts without an operator',
      file: 'ledger/quarantine.ts',
      find: `  return entry !== undefined && contentHash(entry) === content`,
      plant: `  return item.subject !== 'unreadable' && contentHash(entry ?? item.subject) === content`,
    },
    {
      name: 'the slower of two releases sets the entry aside again',
      file: LATE,
      find: `    if (now.segment !== book.segment) return { book: now, left: candidates }`,
      plant: `    if (now.segment < book.segment) return { book: now, left: candidates }`,
    },
    {
      name: 'an entry is released again by its next copy',
      file: LATE,
      find: `  if (decision?.mark.kind !== 'setting-aside') return []`,
      plant: `  if (decision?.mark.kind !== 'setting-aside' && decision?.mark.kind !== 'releasing') return []`,
    },
    {
      name: 'a redirect records more entries than it posts',
      file: LATE,
      find: `const segment = nextSegment(book, received.segment.entries, { kind, to })`,
      plant: `const segment = nextSegment(book, fresh.map(({ entry }) => entry), { kind, to })`,
    },
    {
      name: 'the ids of the day where late entries count are not looked at',
      file: LATE,
      find: `  const known = [...duplicates, ...unknown.map(({ candidate }) => candidate)]`,
      plant: `  if (duplicates.length + unknown.length > 0) return { fresh: [...candidates], refused: [] }
  const known: PositionedEntry[] = []`,
    },
    {
      name: 'an id that is known where a late entry would count is taken for the same entry',
      file: LATE,
      find: `  return { fresh, refused: [...refused, ...conflicts] }`,
      plant: `  return { fresh, refused: conflicts.length < 0 ? conflicts : refused }`,
    },
    {
      name: 'a late entry that is set aside is not recorded in its own day',
      file: LATE,
      find: `const changes: Change[] = [append(sealed), ...items.map(`,
      plant: `const changes: Change[] = [...items.map(`,
    },
    {
      name: 'a late entry is recorded as set aside and is not',
      file: LATE,
      find: `const changes: Change[] = [append(sealed), ...items.map((item) => ({ change: 'set-aside', item }) as const)]`,
      plant: `const changes: Change[] = [append(sealed), ...items.slice(1).map((item) => ({ change: 'set-aside', item }) as const)]`,
    },
    {
      name: 'a closed day is opened again',
      file: HEAD,
      find: `  if (isClosed(head, day)) return refuse('closed')
`,
      plant: ``,
    },
    {
      name: 'opening a day does not raise the revision',
      file: HEAD,
      find: `open: new Set([...head.open, day]), revision: head.revision + 1 }`,
      plant: `open: new Set([...head.open, day]), revision: head.revision }`,
    },
    {
      name: 'the base of a closed day is 0',
      file: CLOSE,
      find: `const { closingMinor: openingMinor, restatements: base } = head`,
      plant: `const { closingMinor: openingMinor } = head
  const base = 0`,
    },
    {
      name: 'a book is closed at another segment than the one that was compared',
      file: CLOSE_BOOK,
      find: `if (book.segment !== (compared?.segment ?? 0)) return { status: 'moved' }`,
      plant: ``,
    },
    {
      name: 'a day is closed without being compared',
      file: CLOSE_DAYS,
      find: `if (book === undefined || (book.isEqual && book.isArchived)) equal.push(merchantId)`,
      plant: `if (book !== undefined) equal.push(merchantId)`,
    },
    {
      name: 'a day is closed with entries that the archive does not show',
      file: CLOSE_DAYS,
      find: `(book.isEqual && book.isArchived)`,
      plant: `book.isEqual`,
    },
    {
      name: 'a newer day is closed first',
      file: CLOSE_DAYS,
      find: `toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([day, ids])`,
      plant: `toSorted(([a], [b]) => (a < b ? 1 : -1)).map(([day, ids])`,
    },
    {
      name: 'any open book may be closed',
      file: HEAD,
      find: `  if (openDaysBefore(head)[0] !== day) return refuse('not-the-oldest')
`,
      plant: ``,
    },
    {
      name: 'days without a book are closed past an open book',
      file: HEAD,
      find: `  if ([...head.open].some((open) => open <= day)) return refuse('has-open-books')
`,
      plant: ``,
    },
    {
      name: 'a merchant without an open day needs no barrier',
      file: PLAN_DAYS,
      find: `isClosed || open.length > 0`,
      plant: `isClosed || open.length >= 0`,
    },
    {
      name: 'the barrier of a plan is not waited for',
      file: PLAN_DAYS,
      find: `await barrierPassed(world, await putBarrier(world), patienceMs, ['journal'])`,
      plant: `(await putBarrier(world)) && ((): Behind | undefined => undefined)()`,
    },
    {
      name: 'a plan waits for the consumer of the archive',
      file: PLAN_DAYS,
      find: `patienceMs, ['journal'])`,
      plant: `patienceMs, ['archive'])`,
    },
    {
      name: 'the barrier of a plan is put on one shard only',
      file: PLAN_DAYS,
      find: `await putBarrier(world)`,
      plant: `await putBarrier({
    ...world,
    stream: { ...world.stream, openShards: async () => (await world.stream.openShards()).slice(0, 1) },
  })`,
    },
    {
      name: 'a day is compared without a barrier of its own',
      file: CLOSE_DAYS,
      find: `return await reconcileDay(world, {`,
      plant: `const stream = { ...world.stream, openShards: async () => [] }
  return await reconcileDay({ ...world, stream }, {`,
    },
    {
      name: 'days are closed that have not ended',
      file: PLAN_DAYS,
      find: `return ended < wanted ? ended : wanted`,
      plant: `return ended < '' ? ended : wanted`,
    },
    {
      name: 'today counts as ended',
      file: CLOSE,
      find: `shiftDay(businessDayOf(calendar, nowMs), -1)`,
      plant: `shiftDay(businessDayOf(calendar, nowMs), 0)`,
    },
    {
      name: 'late entries count today although today is closed',
      file: CLOSE,
      find: `if (closedThrough === null || today > closedThrough) return today`,
      plant: `if (closedThrough !== '') return today`,
    },
    {
      name: 'late entries count on the first day that is open',
      file: CLOSE,
      find: `if (closedThrough === null || today > closedThrough) return today`,
      plant: `if (closedThrough === null) return today`,
    },
    {
      name: 'a closed day is not told',
      file: CLOSE_DAYS,
      find: `publish(...closed.filter((one) => one !== undefined).map(dayClosed))`,
      plant: `publish(...closed.slice(1).filter((one) => one !== undefined).map(dayClosed))`,
    },
    {
      name: 'a close that a dead closer left untold is never told',
      file: CLOSE_DAYS,
      find: `  await tell(before)
`,
      plant: ``,
    },
    {
      name: 'a decision about a late entry is told once',
      file: LATE,
      find: `    else if (decision !== undefined) await tellAgain(writer, book, candidate, decision, items[0])`,
      plant: `    else if (decision !== undefined && conflicts.includes(candidate)) await tellAgain(writer, book, candidate, decision, items[0])`,
    },
    {
      name: 'a restatement is not told again with its entries',
      file: LATE,
      find: `    tell(...(await days.restatements(id.merchantId, number - 1, number)).map(dayRestated))`,
      plant: `    await days.restatements(id.merchantId, number - 1, number)`,
    },
    {
      name: 'a batch is done although its decisions were not published',
      file: ENTRIES,
      find: `const isNoted = isTold && (`,
      plant: `const isNoted = (isTold || lastDone !== undefined) && (`,
    },
    {
      name: 'decisions are told before they are made',
      file: LATE,
      find: `  const received = sealMarked(writer, target, fresh, { kind: 'received', from: book.id.day })`,
      plant: `  for (const { entry } of fresh) tell(entryRedirected(entry, to, clock()))
  const received = sealMarked(writer, target, fresh, { kind: 'received', from: book.id.day })`,
    },
    {
      name: 'a seal names no seal before it',
      file: CLOSE,
      find: `totals, chainHash, digest, previous: head.lastSeal }`,
      plant: `totals, chainHash, digest, previous: null }`,
    },
    {
      name: 'a restatement leaves the last seal as it was',
      file: HEAD,
      find: `  restatements: head.restatements + 1,
  lastSeal: seal,`,
      plant: `  restatements: head.restatements + 1,
  lastSeal: head.lastSeal ?? seal,`,
    },
    {
      name: 'the seal of a restatement has the digest of the late entries alone',
      file: LATE,
      find: `const contents = [...(await contentsOf(journal, book.id)), ...counted.map(contentIn)]`,
      plant: `const contents = counted.map(contentIn)`,
    },
    {
      name: 'the digest of a closed book leaves out what came late from another day',
      file: COMPARE,
      find: `digest: countedHere === undefined ? digest : digestOf(countedHere)`,
      plant: `digest: countedHere === undefined || countedHere.length > 0 ? digest : digestOf(countedHere)`,
    },
    {
      name: 'late entries of another day count as entries of the day where they stand',
      file: COUNTED,
      find: `const ofThisDay = mark?.kind === 'received' ? [] : movedTo`,
      plant: `const ofThisDay = movedTo`,
    },
    {
      name: 'a redirected entry is missing in its own day',
      file: COUNTED,
      find: `movedTo(mark) === undefined ? entries : passedOn`,
      plant: `entries`,
    },
    {
      name: 'the balance of a restatement is that of all entries of the day',
      file: CLOSE,
      find: `const deltaMinor = netMinor(totalsOf(entries))`,
      plant: `const deltaMinor = netMinor(segment.view.totals)`,
    },
    {
      name: 'a restatement of a later day makes a version of an earlier one',
      file: CLOSE,
      find: `number > (newest?.base ?? 0) && book.day <= day)`,
      plant: `number > (newest?.base ?? 0) && book.day <= (newest?.closedAtMs === undefined ? day : '9999'))`,
    },
    {
      name: 'a restatement of an earlier day makes no version of a later one',
      file: CLOSE,
      find: `number > (newest?.base ?? 0) && book.day <= day)`,
      plant: `number > (newest?.base ?? 0) && book.day === day)`,
    },
    {
      name: 'restatements before a close count again',
      file: CLOSE,
      find: `const concerning = restatements.filter(({ book, number }) => number > (newest?.base ?? 0) && book.day <= day)`,
      plant: `const concerning = restatements.filter(({ book }) => book.day <= day)`,
    },
    {
      name: 'an old version opens with what came later',
      file: CLOSE,
      find: `const openingMinor = before + deltaOf(applied.filter(`,
      plant: `const openingMinor = before + deltaOf(concerning.filter(`,
    },
    {
      name: 'an old version shows the newest view',
      file: CLOSE,
      find: `const last = ofDay.at(-1) ?? own`,
      plant: `const last = concerning.filter(({ book }) => book.day === day).at(-1) ?? own`,
    },
    {
      name: 'a day without a book opens as the closed day before it did',
      file: CLOSE,
      find: `(newest?.openingMinor ?? 0n) + (newest?.netMinor ?? 0n) : own`,
      plant: `(newest?.openingMinor ?? 0n) : own`,
    },
    {
      name: 'a balance takes open books from the head before',
      file: READS,
      find: `  if (along !== undefined && along.head.revision === head.revision) return along
`,
      plant: `  if (along !== undefined) return { ...along, head }
`,
    },
    {
      name: 'a closed day is read as its chain ends',
      file: CLOSED_DAYS,
      find: `const [sealed] = await journal.read(book, standsIn - 1, 1)
  if (sealed?.number !== standsIn) throw`,
      plant: `const sealed = (await journal.read(book, standsIn - 1)).at(-1)
  if (sealed === undefined) throw`,
    },
    {
      name: 'the balance at the end of a closed day is that of the head',
      file: READS,
      find: `parts: [{ day, minor: version?.closingMinor ?? 0n }]`,
      plant: `parts: [{ day, minor: version === undefined ? 0n : head.closingMinor }]`,
    },
  ] satisfies Bug[]
).map((bug: Bug) => {
  const [needsHistories, needsSmallWorlds] = [NEEDS_HISTORIES[bug.name], NEEDS_SMALL_WORLDS[bug.name]]
  return {
    ...bug,
    ...(needsHistories !== undefined && { needsHistories }),
    ...(needsSmallWorlds !== undefined && { needsSmallWorlds }),
  }
})
