/**
 * Prices of AWS in us-east-1, in US dollars, without free tiers, discounts or taxes, as of 2026-11-21. The price pages
 * could not be read: the prices of DynamoDB and Lambda agree with quotes elsewhere, and those of Kinesis are from memory.
 * Check them before you rely on them.
 */
export type Usage = {
  readonly dynamodbWriteUnits: number
  readonly dynamodbReadUnits: number
  readonly kinesisStreamHours: number
  readonly kinesisGBIn: number
  readonly kinesisGBOut: number
  /** Storage beyond the first 24 hours, which the price of incoming data includes. */
  readonly kinesisGBMonths: number
  readonly lambdaRequests: number
  readonly lambdaGBSeconds: number
}

type Price = { readonly dollars: number; readonly source: string }

const DYNAMODB = 'aws.amazon.com/dynamodb/pricing/on-demand: standard table class, since 2024-11-01'
const KINESIS = 'aws.amazon.com/kinesis/data-streams/pricing: on-demand standard; a GB is 2^30 bytes, a record whole KB'
const LAMBDA = 'aws.amazon.com/lambda/pricing: Arm, the first 7.5 billion GB-seconds of a month'

/** The price of one unit of each. */
const PRICES: Readonly<Record<keyof Usage, Price>> = {
  dynamodbWriteUnits: { dollars: 0.625 / 1e6, source: DYNAMODB },
  dynamodbReadUnits: { dollars: 0.125 / 1e6, source: DYNAMODB },
  kinesisStreamHours: { dollars: 0.04, source: KINESIS },
  kinesisGBIn: { dollars: 0.08, source: KINESIS },
  kinesisGBOut: { dollars: 0.04, source: KINESIS },
  kinesisGBMonths: { dollars: 0.1, source: KINESIS },
  lambdaRequests: { dollars: 0.2 / 1e6, source: LAMBDA },
  lambdaGBSeconds: { dollars: 0.000_013_333_4, source: LAMBDA },
}

export const dollars = (usage: Partial<Usage>): number =>
  Object.entries(usage).reduce((sum, [of, amount]) => sum + amount * PRICES[of as keyof Usage].dollars, 0)

/**
 * The memory-seconds that Lambda bills for work that computes and waits. CPU grows with memory, to a whole CPU at
 * 1,769 MB, so computing costs the same at any size. Waiting is billed by the memory of the function.
 */
export const lambdaGBSeconds = ({ cpuSeconds, waitSeconds }: { cpuSeconds: number; waitSeconds: number }): number =>
  cpuSeconds * (1_769 / 1_024) + waitSeconds * FUNCTION_GB

// A worker that reads a cold book of a million entries takes 250 MB.
const FUNCTION_GB = 0.5

/** The time until AWS answers. Not measured: a cautious choice from figures that others report from inside a region. */
export const ASSUMED_WAIT_SECONDS = { kinesisPut: 0.015, dynamodbPut: 0.007, dynamodbTransaction: 0.015 } as const

/** Kinesis bills a record, its partition key included, in steps of 1 KB. */
export const billedRecordGB = (data: Uint8Array): number => (Math.ceil((data.length + 1) / 1_024) * 1_024) / 2 ** 30
