/**
 * Plausible mistakes in mending a broken book. Small worlds alone catch them, because no operator mends in random histories.
 *
 * Three more were tried and are not caught:
 *
 * - A good chain that is not read back differs from what was built only when a store alters it, and this one never does.
 * - Looking for a free generation too late does no harm: the first append finds the number taken, and the next generation is tried.
 * - A segment of another mender that is taken for one's own holds the same entries, because both menders read the same archive.
 *   Where the archive showed more to one of them, the good chain is read back before the switch, and refused.
 */
import type { Bug } from './bug.ts'

const MEND = 'processors/mend/mend-book.ts'
const PLAN = 'processors/mend/plan-mending.ts'
const CACHE = 'processors/journal/book-cache.ts'
const GENERATIONS = 'adapters/journal/generations.ts'

const needsSmallWorlds = 'no operator mends in random histories'

export const BUGS_OF_MENDING: readonly Bug[] = (
  [
    {
      name: 'no front is put before a superseded chain',
      file: MEND,
      find: `[frontOf(chain.generation), `,
      plant: `[`,
    },
    {
      name: 'no back is put behind a superseded chain',
      file: MEND,
      find: `, backOf(chain.generation)]`,
      plant: `]`,
    },
    {
      name: 'no segment is put at the end that was compared',
      file: MEND,
      find: ` Math.floor(chain.last) + 1, `,
      plant: ` `,
    },
    {
      name: 'gaps of a superseded chain are not filled',
      file: MEND,
      find: `concurrently(chain.missing, `,
      plant: `concurrently(chain.missing.slice(chain.missing.length), `,
    },
    {
      name: 'the mark stays when a book is mended',
      file: MEND,
      find: `head: markMended(head, id.day, built.closedIn) },`,
      plant: `head: { ...markMended(head, id.day, built.closedIn), broken: head.broken } },`,
    },
    {
      name: 'the mark is taken away before the switch',
      file: MEND,
      find: `    const outcome = await transactions.commit([`,
      plant: `    const whole = { ...head, revision: head.revision + 1, broken: new Set() }
    await transactions.commit([{ change: 'head', merchantId: id.merchantId, head: whole }])
    const outcome = await transactions.commit([`,
    },
    {
      name: 'a switch that is refused counts as done',
      file: MEND,
      find: `if (outcome === 'refused') {`,
      plant: `if (outcome === 'refused' && head.revision < 0) {`,
    },
    {
      name: 'the switch is four writes',
      file: MEND,
      find: `    const outcome = await transactions.commit([`,
      plant: `    for (const number of numbers.slice(1)) await journal.append(emptySegment(plan, number, mark))
    numbers.splice(1)
    const outcome = await transactions.commit([`,
    },
    {
      name: 'the good chain holds only what the broken one counts',
      file: PLAN,
      find: `const own: Part = { entries: good.own }`,
      plant: `const own: Part = {
    entries: good.own.filter(({ entry }) => chain.counted.some(({ entryId }) => entryId === entry.entryId)),
  }`,
    },
    {
      name: 'a worker keeps the book that was superseded',
      file: CACHE,
      find: `if (added === 'superseded') return await readAgain(book.id)`,
      plant: `if (added === 'superseded') return book`,
    },
    {
      name: 'a mark is put without a look at the generation that was found broken',
      file: 'processors/mark-book.ts',
      find: `if (foundIn !== undefined && foundIn < Math.min(fromStart, fromEnd)) return 'superseded'`,
      plant: `if (foundIn !== undefined && foundIn < 0) return 'superseded'`,
    },
    {
      name: 'the generation that counts is looked at before the head is read',
      file: 'processors/mark-book.ts',
      find: `  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const head = await heads.read(merchantId)
    const marked = markBroken(head, day)
    if (marked === head) return 'marked'
    // The head was read before. A mending that comes later moves the head, so the mark is refused, and all is looked at again.
    const { fromStart, fromEnd } = await generationsRead(journal, book)
`,
      plant: `  const { fromStart, fromEnd } = await generationsRead(journal, book)
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const head = await heads.read(merchantId)
    const marked = markBroken(head, day)
    if (marked === head) return 'marked'
`,
    },
    {
      name: 'a reader of the end stays in the superseded chain',
      file: GENERATIONS,
      find: `if (next === undefined) return last`,
      plant: `if (next === undefined || last === undefined || generation === 0) return last`,
    },
  ] satisfies Bug[]
).map((bug) => ({ ...bug, needsSmallWorlds }))
