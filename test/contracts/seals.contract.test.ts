/** What every keeper of seals promises. */
import { hash } from 'node:crypto'
import { NoSuchKey, S3ServiceException, type PutObjectCommandInput } from '@aws-sdk/client-s3'
import { describe, expect, test } from 'vitest'
import { s3Client } from '#adapters/aws/s3'
import { s3Seals } from '#adapters/seals/s3-seals'
import { sealHash, sealKey, sealText } from '#ledger/seal'
import { aSeal, day, merchantId } from '../builders.ts'
import { allSeals } from './adapters.ts'

describe.each(allSeals)('seals: $name', ({ fresh }) => {
  test('a seal is kept as the text of which its hash is the SHA-256', async () => {
    const { seals } = await fresh()
    const seal = aSeal({ merchantId: merchantId('a.b:c_-9') })
    expect(await seals.read(seal)).toBeUndefined()
    expect(await seals.keep(seal)).toBe('kept')
    expect(hash('sha256', (await seals.read(seal)) ?? '', 'hex')).toBe(sealHash(seal))
  })

  test('keeping a seal again changes nothing', async () => {
    const { seals } = await fresh()
    const [seal, again] = [aSeal(), aSeal()]
    expect([await seals.keep(seal), await seals.keep(again)]).toEqual(['kept', 'kept'])
    expect(await seals.read(seal)).toBe(sealText(seal))
  })

  test('another seal under the name of a kept one is told, and the kept one stays', async () => {
    const { seals } = await fresh()
    const [seal, forged] = [aSeal(), aSeal({ digest: 'ef'.repeat(32) })]
    await seals.keep(seal)
    expect(await seals.keep(forged)).toBe('another')
    expect(await seals.read(seal)).toBe(sealText(seal))
  })

  test('seals of other merchants, days and versions are told apart, whatever dots their ids have', async () => {
    const { seals } = await fresh()
    const some = [
      aSeal({ merchantId: merchantId('m.1'), version: 2 }),
      aSeal({ merchantId: merchantId('m'), version: 2 }),
      aSeal({ merchantId: merchantId('m.1'), version: 12 }),
      aSeal({ merchantId: merchantId('m.1'), version: 2, day: day('2026-11-21') }),
    ]
    for (const seal of some) expect(await seals.keep(seal)).toBe('kept')
    expect(await Promise.all(some.map((seal) => seals.read(seal)))).toEqual(some.map(sealText))
  })

  test('an object that holds something else is read as it is, and is no seal that was kept', async () => {
    const { seals, put } = await fresh()
    const seal = aSeal()
    await put(sealKey(seal), `${sealText(seal)}\n`)
    expect(await seals.read(seal)).toBe(`${sealText(seal)}\n`)
    expect(await seals.keep(seal)).toBe('another')
  })
})

// The local S3 takes no notice of conditions, so what AWS answers to one is said here for it (API reference of PutObject).
describe('seals: S3, when another writer is faster between the look and the put', () => {
  const fasterBy = (text: string) => {
    const client = s3Client({ maxAttempts: 1 })
    const puts: PutObjectCommandInput[] = []
    client.middlewareStack.add(
      (_next, { commandName }) =>
        async ({ input }) => {
          if (commandName === 'GetObjectCommand' && puts.length === 0)
            throw new NoSuchKey({ message: '', $metadata: {} })
          if (commandName === 'GetObjectCommand')
            return { response: {}, output: { $metadata: {}, Body: sdkStream(text) } }
          puts.push(input as PutObjectCommandInput)
          const $metadata = { httpStatusCode: 412 }
          throw new S3ServiceException({ name: 'PreconditionFailed', $fault: 'client', $metadata })
        },
      { step: 'initialize' },
    )
    return { seals: s3Seals(client, 'b'), puts }
  }
  const sdkStream = (text: string) => ({ transformToString: async () => text })

  test.each([
    { what: 'the same seal', text: sealText(aSeal()), outcome: 'kept' },
    { what: 'another one', text: sealText(aSeal({ version: 2 })), outcome: 'another' },
  ])('$what stands, and it is told as "$outcome"', async ({ text, outcome }) => {
    const { seals, puts } = fasterBy(text)
    expect(await seals.keep(aSeal())).toBe(outcome)
    expect(puts).toMatchObject([{ IfNoneMatch: '*', ChecksumAlgorithm: 'SHA256', Body: sealText(aSeal()) }])
  })
})
