import type { Listed, Page } from './ports.ts'

const ITEMS_PER_PAGE = 500

/** Every item of a list that comes page by page. */
export async function* everyListed<T>(list: (page: Page) => Promise<Listed<T>>): AsyncGenerator<T> {
  let after: string | undefined
  do {
    const page = await list({ limit: ITEMS_PER_PAGE, ...(after !== undefined && { after }) })
    yield* page.items
    after = page.next
  } while (after !== undefined)
}

/** The same at once, for lists whose items are few and small. */
export const allListed = async <T>(list: (page: Page) => Promise<Listed<T>>): Promise<T[]> => {
  const items: T[] = []
  for await (const item of everyListed(list)) items.push(item)
  return items
}
