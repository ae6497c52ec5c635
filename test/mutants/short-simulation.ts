import { test } from 'vitest'
import { liveThrough } from '#test/simulation/history'
import { MIX_NAMES, RATES, type RateName } from '#test/simulation/mixes'

// A history that goes in circles ends: hardly one takes more than 7,000 turns without a mutant.
const MOST_TURNS = 20_000

test.each(
  MIX_NAMES.flatMap((mix, index) => (Object.keys(RATES) as RateName[]).map((rate) => ({ seed: index + 1, mix, rate }))),
)('the books of history $seed of $mix, at the fault rate $rate, end exact', async (name) => {
  await liveThrough(name, MOST_TURNS)
})
