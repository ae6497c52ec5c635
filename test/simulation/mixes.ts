/** What a history is made of: everything in moderation, or one kind of trouble in plenty. */
export type Mix = {
  readonly merchants: number
  readonly days: number
  readonly shards: number
  readonly workers: number
  /** Tills that send through ingest at the same time, and how many requests each makes. */
  readonly tills: number
  readonly requests: number
  /** Records that are put on the stream by others than our ingest. */
  readonly records: number
  /** Chances, per entry: the client sends an earlier one again; or its id with other content. */
  readonly retry: number
  readonly conflict: number
  /** It is of another currency, or of a merchant that is not registered. */
  readonly stray: number
  /** Its description makes our own code throw. */
  readonly cursed: number
  /** It has a long description of random characters. */
  readonly longText: number
  /** Books begin this close to the bound of totals; far from it without. */
  readonly roomMinor?: number
  /** Operators, and how many items in quarantine each of them decides about. */
  readonly operators: number
  readonly decisions: number
  /** Readers of the query API, and how often each of them reads. */
  readonly readers: number
  readonly reads: number
  /** How often the schedule puts a heartbeat on every shard, once a minute. */
  readonly heartbeats: number
  /** Chances, per history: a day is reconciled while everything goes on; entries are lost at the end, and repaired. */
  readonly reconciled: number
  readonly repaired: number
  /** Chance, per history: days are closed in it. The rest of this counts in such histories alone. */
  readonly closing: number
  /** Closers, and how often each of them closes. */
  readonly closers: number
  readonly closes: number
  /** How often owners change the policy or the calendar of a merchant. */
  readonly changes: number
  /** Chance, per entry: it occurs now, and not on one of the days before. */
  readonly today: number
  /** How long tills and others pause at most between what they send, so that days are closed in between. */
  readonly pauseMs: number
  /** Per record: it goes to any shard, as from an ingest with an old shard map; it cannot be read, in whole or in part. */
  readonly astray: number
  readonly poison: number
  /** How often each kind of fault is as likely as the fault rate says. */
  readonly weights: {
    /** A call is refused and does nothing. */
    readonly throttle: number
    /** A call is carried out and its answer lost. */
    readonly lostAnswer: number
    /** A call is given up, and carried out later. */
    readonly late: number
    /** Some records of a put, or rows of a delivery, are refused. */
    readonly inPart: number
    /** A machine dies between any two calls. */
    readonly crash: number
    /** A batch is given up on and delivered again while it goes on. */
    readonly overlap: number
    /** A shard is delivered again from its beginning, or its progress is lost. */
    readonly replay: number
    readonly reshard: number
    /** A deployment breaks our own code, for every entry and on every machine, until it is taken back. */
    readonly badDeployment: number
  }
}

const general: Mix = {
  merchants: 2,
  days: 2,
  shards: 2,
  workers: 2,
  tills: 2,
  requests: 3,
  records: 6,
  retry: 0.2,
  conflict: 0.08,
  stray: 0.03,
  cursed: 0.02,
  longText: 0.05,
  operators: 1,
  decisions: 2,
  readers: 1,
  reads: 3,
  heartbeats: 1,
  reconciled: 0.15,
  repaired: 0.1,
  closing: 0,
  closers: 1,
  closes: 3,
  changes: 1,
  today: 0.15,
  pauseMs: 400_000,
  astray: 0.2,
  poison: 0.08,
  weights: {
    throttle: 1,
    lostAnswer: 1,
    late: 0.5,
    inPart: 1,
    crash: 1,
    overlap: 1,
    replay: 1,
    reshard: 0.5,
    badDeployment: 0.5,
  },
}

const oneBook = { merchants: 1, days: 1 }
/** Without the people of other parts. */
const quiet = { operators: 0, readers: 0, reconciled: 0, repaired: 0 }

export const MIXES = {
  general: { ...general, closing: 0.2 },
  'hot book': { ...general, ...oneBook, shards: 3, workers: 3, retry: 0.3, astray: 0.7, records: 8 },
  conflicts: { ...general, ...oneBook, shards: 3, workers: 3, records: 6, retry: 0.3, conflict: 0.35, astray: 0.9 },
  'lost answers': { ...general, weights: { ...general.weights, lostAnswer: 3, throttle: 0 } },
  'late writes': { ...general, ...oneBook, weights: { ...general.weights, late: 3, throttle: 0 } },
  overlap: { ...general, ...oneBook, workers: 3, weights: { ...general.weights, overlap: 4, crash: 0 } },
  replay: { ...general, weights: { ...general.weights, replay: 4, throttle: 2 } },
  reshard: { ...general, astray: 0.1, records: 8, weights: { ...general.weights, reshard: 4 } },
  poison: { ...general, poison: 0.5, conflict: 0.2, weights: { ...general.weights, throttle: 2 } },
  'bad deployments': { ...general, poison: 0.2, weights: { ...general.weights, badDeployment: 5 } },
  operators: { ...general, ...quiet, merchants: 2, days: 1, operators: 2, decisions: 6, conflict: 0.3, stray: 0.15 },
  readers: {
    ...general,
    ...quiet,
    days: 3,
    readers: 3,
    reads: 8,
    requests: 5,
    weights: { ...general.weights, lostAnswer: 2 },
  },
  'cursed entries': { ...general, ...quiet, ...oneBook, cursed: 0.25, operators: 1, decisions: 3 },
  'near the bound': { ...general, ...quiet, ...oneBook, roomMinor: 20_000, shards: 3, astray: 0.7, conflict: 0.15 },
  'long texts': { ...general, ...quiet, ...oneBook, shards: 1, longText: 0.9, retry: 0.05, requests: 4, records: 12 },
  reconciling: {
    ...general,
    ...quiet,
    reconciled: 1,
    repaired: 0.5,
    heartbeats: 6,
    operators: 1,
    decisions: 4,
    conflict: 0.3,
  },
  closing: {
    ...general,
    ...quiet,
    days: 3,
    closing: 1,
    closers: 2,
    closes: 4,
    changes: 3,
    requests: 6,
    readers: 2,
    reads: 8,
    operators: 1,
    decisions: 3,
    repaired: 0.1,
    poison: 0.02,
    // A late entry takes a dozen calls. Where a third of them fails, a batch of late entries takes for ever.
    weights: { ...general.weights, throttle: 0.3, lostAnswer: 0.6, late: 0.4, crash: 0.6, badDeployment: 0.2 },
  },
  'busy tills': {
    ...general,
    ...quiet,
    tills: 6,
    requests: 4,
    records: 2,
    weights: { ...general.weights, inPart: 5, reshard: 0 },
  },
  'refused in part': {
    ...general,
    ...quiet,
    records: 3,
    poison: 0.3,
    weights: { ...general.weights, inPart: 6, badDeployment: 2 },
  },
} satisfies Record<string, Mix>

export type MixName = keyof typeof MIXES
export const MIX_NAMES = Object.keys(MIXES) as MixName[]

/** The chance of a fault at each call, before weights. */
export const RATES = { low: 0.01, high: 0.12 }
export type RateName = keyof typeof RATES
