/** Ids of merchants, and which of them begin alike, for the ports that are asked for beginnings. */
import type { MerchantId } from '#ledger/identifiers'
import type { Listed, Page } from '#ledger/ports'

/** Every kind of sign that an id may hold, and ids that are the beginnings of others. */
export const AWKWARD_IDS = ['acmex', 'acme-2', 'acme', 'acme-10', 'ACME-1', 'acme.1', 'a', '_b', 'acme-1', 'z:1', '9']

/** In the order of ASCII: - . 0-9 : A-Z _ a-z. */
export const BEGINNINGS: readonly { beginning: string; ids: string[] }[] = [
  { beginning: 'acme-', ids: ['acme-1', 'acme-10', 'acme-2'] },
  { beginning: 'acme-1', ids: ['acme-1', 'acme-10'] },
  { beginning: 'acme', ids: ['acme', 'acme-1', 'acme-10', 'acme-2', 'acme.1', 'acmex'] },
  { beginning: '', ids: ['9', 'ACME-1', '_b', 'a', 'acme', 'acme-1', 'acme-10', 'acme-2', 'acme.1', 'acmex', 'z:1'] },
  { beginning: 'b', ids: [] },
]

type IdsBeginning = (beginning: string, page: Page) => Promise<Listed<MerchantId>>

/** The ids, page by page. */
export const allIds = async (ids: IdsBeginning, beginning: string, limit: number): Promise<(readonly string[])[]> => {
  const pages: (readonly string[])[] = []
  let after: string | undefined
  do {
    const page = await ids(beginning, { limit, ...(after !== undefined && { after }) })
    pages.push(page.items)
    after = page.next
  } while (after !== undefined && pages.length < 100)
  return pages
}
