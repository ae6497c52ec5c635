/**
 * The Mann–Whitney U test: the two-sided probability that two samples of one distribution differ in rank as much as these
 * do. By the normal approximation with midranks for ties, which is good for samples of 20 and more.
 */
export const mannWhitneyP = (a: readonly number[], b: readonly number[]): number => {
  const ranked = rank([...a, ...b])
  const count = ranked.ranks.length
  const rankSum = ranked.ranks.slice(0, a.length).reduce((sum, rank) => sum + rank, 0)
  const u = rankSum - (a.length * (a.length + 1)) / 2
  const mean = (a.length * b.length) / 2
  const variance = ((a.length * b.length) / 12) * (count + 1 - ranked.tieTerm / (count * (count - 1)))
  if (variance === 0) return 1
  // Half a step towards the mean, because ranks are steps and the normal distribution is not.
  const z = Math.max(0, Math.abs(u - mean) - 0.5) / Math.sqrt(variance)
  return 2 * upperTail(z)
}

/** The rank of each value, from 1; equal values share the mean of their ranks. `tieTerm` is the sum of t³ − t over ties. */
const rank = (values: readonly number[]) => {
  const sorted = values.map((value, index) => ({ value, index })).toSorted((x, y) => x.value - y.value)
  const ranks = Array.from({ length: values.length }, () => 0)
  let tieTerm = 0
  for (let from = 0; from < sorted.length;) {
    let to = from + 1
    while (to < sorted.length && sorted[to]?.value === sorted[from]?.value) to += 1
    for (const { index } of sorted.slice(from, to)) ranks[index] = (from + 1 + to) / 2
    tieTerm += (to - from) ** 3 - (to - from)
    from = to
  }
  return { ranks, tieTerm }
}

/** How likely a normal value is above z ≥ 0 (Abramowitz and Stegun, 26.2.17: wrong by less than 1e-7). */
const upperTail = (z: number): number => {
  const t = 1 / (1 + 0.2316419 * z)
  const terms = [0.31938153, -0.356563782, 1.781477937, -1.821255978, 1.330274429]
  const polynomial = terms.reduceRight((sum, term) => (sum + term) * t, 0)
  return (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * polynomial
}

export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length / 2
  return ((sorted[Math.ceil(middle) - 1] ?? Number.NaN) + (sorted[Math.floor(middle)] ?? Number.NaN)) / 2
}
