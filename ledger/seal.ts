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

export const sealHash = (seal: Seal): SealHash => hashOfSealText(sealText(seal))

/** What `sha256sum` says of an object that holds the text of a seal. */
export const hashOfSealText = (text: string): SealHash => hash('sha256', text, 'hex') as SealHash

/** What tells a seal from all others. */
export type SealName = Pick<Seal, 'merchantId' | 'day' | 'version'>

/** Where the object of a seal is kept. An id may have dots in it, and the version is what stands after the last one. */
export const sealKey = ({ merchantId, day, version }: SealName): string =>
  `seals/business_day=${day}/${merchantId}.${version}.json`

/**
 * The port to the objects of seals, which are kept apart from the books. Each holds a seal as `sealText` writes it, so that
 * a change of the journal shows even when its author may write there. No object is ever changed or removed. It promises
 * what `ports.ts` says of every port.
 */
export type Seals = {
  /**
   * Keeps the seal, or finds that it is kept already. Returns 'another' when its name stands for something else, which stays
   * as it is. The seal is durable when this returns 'kept'.
   */
  keep(seal: Seal): Promise<'kept' | 'another'>
  /** The text that is kept under a name, also when it is no seal; undefined when nothing is kept there. */
  read(name: SealName): Promise<string | undefined>
}
