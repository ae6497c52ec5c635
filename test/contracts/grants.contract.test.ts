import { PutCommand } from '@aws-sdk/lib-dynamodb'
import { describe, expect, test } from 'vitest'
import { dynamoGrants } from '#adapters/grants/dynamo-grants'
import { UnknownFormat } from '#ledger/ports'
import { aGrant, subject } from '../builders.ts'
import { allGrants, dynamodb, freshTable } from './adapters.ts'

describe.each(allGrants)('grants: $name', ({ fresh }) => {
  test('nothing is granted before it is put', async () => {
    const grants = await fresh()
    expect(await grants.find(subject('till'))).toBeUndefined()
  })

  test('a grant comes back with its patterns in their order', async () => {
    const grants = await fresh()
    const grant = aGrant('till', 'b', 'acme-*', 'a')
    await grants.put(grant)
    expect(await grants.find(grant.subject)).toEqual(grant)
  })

  test('a second grant replaces the first, and an empty one stays a grant', async () => {
    const grants = await fresh()
    await grants.put(aGrant('till', '*'))
    await grants.put(aGrant('till', 'm1'))
    expect(await grants.find(subject('till'))).toEqual(aGrant('till', 'm1'))
    await grants.put(aGrant('till'))
    expect(await grants.find(subject('till'))).toEqual(aGrant('till'))
  })

  test('what is taken away is gone, and taking it away again is success', async () => {
    const grants = await fresh()
    await grants.put(aGrant('till', '*'))
    await grants.put(aGrant('office', 'm1'))
    await grants.remove(subject('till'))
    await grants.remove(subject('till'))
    expect(await grants.find(subject('till'))).toBeUndefined()
    expect(await grants.find(subject('office'))).toEqual(aGrant('office', 'm1'))
  })

  test('a subject of 255 characters with every sign that is allowed has a grant of its own', async () => {
    const grants = await fresh()
    const signs = String.fromCharCode(...Array.from({ length: 0x7e - 0x20 }, (_, index) => 0x21 + index))
    const grant = aGrant(signs.padEnd(255, 'x'), 'm1')
    await grants.put(grant)
    expect(await grants.find(grant.subject)).toEqual(grant)
    expect(await grants.find(subject(signs))).toBeUndefined()
  })
})

describe('grants on DynamoDB', () => {
  test.each([
    { stored: 'another version', item: { format: 2, merchants: ['m1'] }, says: 'format 2' },
    { stored: 'no version', item: { merchants: ['m1'] }, says: 'format undefined' },
    { stored: 'a pattern of another kind', item: { format: 1, merchants: ['*-acme'] }, says: '*-acme' },
  ])('a grant stored in $stored is not guessed at', async ({ item, says }) => {
    const table = await freshTable('grants')
    await dynamodb.send(new PutCommand({ TableName: table, Item: { subject: 'till', ...item } }))
    const found = dynamoGrants(dynamodb, table).find(subject('till'))
    await expect(found).rejects.toThrow(UnknownFormat)
    await expect(found).rejects.toThrow(says)
  })
})
