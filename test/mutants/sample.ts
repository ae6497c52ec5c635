/** A seeded sample, and how far its share may be from that of the whole. */
import { seededRandom } from '#test/simulation/random'

/** Up to `count` of some things, in their order. The same seed takes the same ones of the same things. */
export const sample = <T>(all: readonly T[], count: number, seed: number): T[] => {
  const random = seededRandom(seed)
  const taken = new Set(
    all
      .map((_, index) => ({ index, draw: random.next() }))
      .toSorted((a, b) => a.draw - b.draw)
      .slice(0, count)
      .map(({ index }) => index),
  )
  return all.filter((_, index) => taken.has(index))
}

/** The interval of Wilson (1927) that holds the true share in 95 of 100 samples. */
export const wilson = (good: number, all: number): [low: number, high: number] => {
  const z = 1.959_964
  const share = good / all
  const middle = share + z ** 2 / (2 * all)
  const spread = z * Math.sqrt((share * (1 - share)) / all + z ** 2 / (4 * all ** 2))
  return [(middle - spread) / (1 + z ** 2 / all), (middle + spread) / (1 + z ** 2 / all)]
}
