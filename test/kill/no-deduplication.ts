/**
 * The control: preloaded into the processes of a system (`NODE_OPTIONS=--import`), it switches deduplication off. Books
 * forget at once every id they hold, so whatever is delivered again is counted again. If the code it is planted in has
 * changed, the process that loads it ends with an error.
 */
import { readFileSync } from 'node:fs'
import { registerHooks } from 'node:module'

const FILE = 'ledger/book.ts'
const FIND = 'seen: new SeenIds(),'
// Remembering nothing is also the way past its own check, which would throw when an id enters a book twice.
const PLANT = 'seen: Object.assign(new SeenIds(), { extend() {} }),'

registerHooks({
  load: (url, context, nextLoad) => {
    const loaded = nextLoad(url, context)
    if (!url.endsWith(`/${FILE}`)) return loaded
    const source = readFileSync(new URL(url), 'utf8')
    if (source.split(FIND).length !== 2) throw new Error(`the control no longer fits ${FILE}`)
    return { ...loaded, source: source.replace(FIND, () => PLANT) }
  },
})
