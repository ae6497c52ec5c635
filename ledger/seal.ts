/**
 * Seals: what a merchant can show to others of a closed day. Each names the seal that was issued before it, so that an
 * altered or removed seal shows in all later ones. Anyone can check them with a standard library; docs/hashes.md says how.
 */
import { hash } from 'node:crypto'
import type { Brand, BusinessDay, MerchantId } from './identifiers.ts'
import type { Totals } from './money.ts'
import type { ChainHash } from './segment.ts'

/** SHA-256 of a seal as `sealText` writes it, in hex. */
export type SealHash = Brand<string, 'SealHash'>

/** A closed day at one of its versions. */
export type Seal = {
  readonly merchantId: MerchantId
  readonly day: BusinessDay
  /** 1 for the close, one more for each restatement that changed the day or one before it. */
  readonly version: number
  readonly totals: Totals
  /** The hash of the book's chain up to the closing or restating segment. */
  readonly chainHash: ChainHash
  /** The digest of all entries that count in the book, as `digestOf` makes it. */
  readonly digest: string
  /** The merchant's seal before this one, in the order of issuing; null for the first. */
  readonly previous: SealHash | null
}

/** The seal as canonical JSON (RFC 8785). Only ids, digits and hashes are in it, so nothing has to be escaped. */
export const sealText = ({
  merchantId,
  day,
  version,
  totals,
  chainHash,
  digest,
  previous,
  ...forgotten
}: Seal): string => {
  forgotten satisfies Record<string, never>
  const { creditsMinor, debitsMinor, entryCount } = totals
  const sums = `"credits":${creditsMinor},"day":"${day}","debits":${debitsMinor},"digest":"${digest}"`
  const before = previous === null ? 'null' : `"${previous}"`
  return (
    `{"chainHash":"${chainHash}",${sums},"entryCount":${entryCount},` +
    `"merchantId":"${merchantId}","previous":${before},"version":${version}}`
  )
}

export const sealHash = (seal: Seal): SealHash => hash('sha256', sealText(seal), 'hex') as SealHash
