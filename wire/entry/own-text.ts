/**
 * A merchant's id that may be kept. Node does not copy a longer piece of a text but points into it, so an id in a map
 * would keep the whole body or record that it was read from: with ten thousand merchants, gigabytes.
 *
 * Each id is copied when it is first seen and the copy used from then on, as a few merchants send nearly everything.
 */
export const ownText = (text: string): string => {
  const known = copies.get(text)
  if (known !== undefined) return known
  if (copies.size === MOST_COPIES) copies.clear()
  // All of it is ASCII.
  const copy = Buffer.from(text, 'latin1').toString('latin1')
  copies.set(copy, copy)
  return copy
}

const copies = new Map<string, string>()
const MOST_COPIES = 10_000
