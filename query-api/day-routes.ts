import { dayOf } from '#http/path'
import { orProblem } from '#http/problem-error'
import type { ServiceContext } from '#http/context'
import { queryOf } from '#http/query'
import { dayBounds } from '#ledger/calendar'
import { bookKey, type BusinessDay } from '#ledger/identifiers'
import type { Positions } from '#ledger/positions'
import { entryResponse } from '#wire/entry/schema'
import { listResponse } from '#wire/http/cursor'
import {
  parseDayParams,
  parsePageParams,
  parsePeriodParams,
  parseQueryParams,
  parseWindowsParams,
} from '#wire/http/requests/query-params'
import { dayResponse, dayTag, versionTag } from '#wire/http/responses/day'
import { periodResponse } from '#wire/http/responses/period'
import { conflictResponse } from '#wire/http/responses/quarantine'
import { WINDOW_MS, windowsResponse, windowsTag } from '#wire/http/responses/windows'
import { readDay, readDayAt, readPeriod } from './books.ts'
import { answer, answerForEver, answerFresh, answerKnown } from './conditional.ts'
import { findEntry, placeText, readEntries } from './entries.ts'
import { entryIdOf, merchantIdOf, merchantOf, notFound, requestedDays, requestedEntries } from './parameters.ts'
import { readFresh, type RouteParts } from './routing.ts'
import { foldWindows } from './windows.ts'

export const dayHandlers = (parts: RouteParts) => {
  const { store, fresh } = parts

  const readVersionOf = async (c: ServiceContext, after: Positions | undefined, day: BusinessDay, version: number) => {
    const {
      merchant,
      asOf: nowAsOf,
      read,
    } = await readFresh(parts, c, after, (merchantId) => readDayAt(store, { merchantId, day }, version))
    if (read === undefined) throw notFound(`The day has no version ${version}. An open day has none.`)
    const content = orProblem(dayResponse(merchant, read))
    // Kept for ever, it would still be called not exact when its book has been found whole.
    if (!read.exact) return answerFresh(c, { content, etag: dayTag(merchant, read), asOf: nowAsOf })
    // A day without a book was closed with its neighbours, and no item says when.
    const issuedAtMs = read.issuedAtMs ?? dayBounds(merchant.calendar, day).endsAtMs
    const asOf = { asOfMs: issuedAtMs, appliedThroughMs: issuedAtMs }
    return answerForEver(c, { content, etag: versionTag(merchant, day, version, read.mended), asOf })
  }

  return {
    readPeriod: async (c: ServiceContext) => {
      const query = queryOf(c, parsePeriodParams)
      const { from, to } = query
      const list = `days ${merchantIdOf(c)} ${from} ${to}`
      const page = requestedDays(list, query)
      const { asOf, read } = await readFresh(parts, c, query.after, (merchantId) =>
        readPeriod(store, merchantId, { from, to }),
      )
      const left = read.days.filter(({ day }) => day >= page.from)
      const { data: rows, totals } = orProblem(periodResponse(read, left.slice(0, page.limit)))
      const { data, nextCursor } = listResponse(list, rows, left[page.limit]?.day)
      return answer(c, { content: { data, totals, nextCursor }, asOf })
    },

    readDay: async (c: ServiceContext) => {
      const { after, version } = queryOf(c, parseDayParams)
      const day = dayOf(c)
      if (version !== undefined) return await readVersionOf(c, after, day, version)
      const { merchant, asOf, read } = await readFresh(parts, c, after, (merchantId) =>
        readDay(store, { merchantId, day }),
      )
      const content = orProblem(dayResponse(merchant, read))
      return answerFresh(c, { content, etag: dayTag(merchant, read), asOf })
    },

    readWindows: async (c: ServiceContext) => {
      const { after, size } = queryOf(c, parseWindowsParams)
      const day = dayOf(c)
      const { merchant, asOf, read } = await readFresh(parts, c, after, (merchantId) =>
        store.journal.end({ merchantId, day }),
      )
      const etag = windowsTag(merchant, day, read?.number ?? 0, size)
      const known = answerKnown(c, { etag, asOf })
      if (known !== undefined) return known
      const totals = await foldWindows(store.journal, read, WINDOW_MS[size])
      return answer(c, { content: windowsResponse(merchant, day, size, totals), etag, asOf })
    },

    listEntries: async (c: ServiceContext) => {
      const query = queryOf(c, parsePageParams)
      const day = dayOf(c)
      const { merchantId } = await merchantOf(c, store.merchants)
      const list = `entries ${bookKey({ merchantId, day })}`
      const page = requestedEntries(list, query)
      const asOf = await fresh(c, query.after, merchantId)
      const { rows, next } = await readEntries(store.journal, { merchantId, day }, page)
      const data = rows.map(({ entry, segment }) => ({ ...entryResponse(entry), segment }))
      return answer(c, { content: listResponse(list, data, next && placeText(next)), asOf })
    },

    readEntry: async (c: ServiceContext) => {
      const { after } = queryOf(c, parseQueryParams)
      const day = dayOf(c)
      const entryId = entryIdOf(c)
      const { merchantId } = await merchantOf(c, store.merchants)
      const asOf = await fresh(c, after, merchantId)
      const found = await findEntry(store, { merchantId, day }, entryId)
      if (found === undefined) throw notFound('The book has no entry with this id yet.')
      const { conflicts, ...became } = found
      const content = {
        ...became,
        entry: entryResponse(became.entry),
        ...(conflicts.length > 0 && { conflicts: conflicts.map(conflictResponse) }),
      }
      return answer(c, { content, asOf })
    },
  }
}
