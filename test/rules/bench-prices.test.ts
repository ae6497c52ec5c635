import { expect, test } from 'vitest'
import { billedRecordGB, dollars, lambdaGBSeconds } from '../../bench/rig/prices.ts'

test.each([
  { given: 'nothing', usage: {}, expected: 0 },
  { given: 'a million write units', usage: { dynamodbWriteUnits: 1_000_000 }, expected: 0.625 },
  { given: 'a million of each unit', usage: { dynamodbWriteUnits: 1e6, dynamodbReadUnits: 1e6 }, expected: 0.75 },
  { given: 'a gigabyte in and read twice', usage: { kinesisGBIn: 1, kinesisGBOut: 2 }, expected: 0.16 },
  { given: 'a day of a stream', usage: { kinesisStreamHours: 24 }, expected: 0.96 },
  { given: 'a million calls', usage: { lambdaRequests: 1_000_000 }, expected: 0.2 },
])('usage of $given costs $expected dollars', ({ usage, expected }) => {
  expect(dollars(usage)).toBeCloseTo(expected, 10)
})

test('Lambda is billed for computing as on a whole CPU and for waiting by its memory', () => {
  expect(lambdaGBSeconds({ cpuSeconds: 1_024, waitSeconds: 0 })).toBe(1_769)
  expect(lambdaGBSeconds({ cpuSeconds: 0, waitSeconds: 10 })).toBe(5)
})

test.each([
  { bytes: 1, billed: 1_024 },
  { bytes: 1_023, billed: 1_024 },
  // The partition key, a byte with us, counts too.
  { bytes: 1_024, billed: 2_048 },
])('a Kinesis record of $bytes bytes is billed as $billed', ({ bytes, billed }) => {
  expect(billedRecordGB(new Uint8Array(bytes)) * 2 ** 30).toBe(billed)
})
