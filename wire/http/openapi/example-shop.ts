/**
 * The shop of every example: in the README, in what `npm start` prints, in docs/, and in the OpenAPI documents, whose
 * examples `/docs` sends. They are sent to one system, in any order and many times. So the shop is registered in one way
 * only, and an id of an entry has one content only: anything else would set entries aside.
 */
export const EXAMPLE_SHOP = 'corner-shop'

export const EXAMPLE_REGISTRATION = { name: 'Corner Shop', currency: 'BRL', timeZone: 'America/Sao_Paulo' } as const

/** The fields of a sale besides its id and its time. */
export const EXAMPLE_SALE_FIELDS = {
  merchantId: EXAMPLE_SHOP,
  direction: 'credit',
  amount: 1250,
  currency: EXAMPLE_REGISTRATION.currency,
  method: 'pix',
} as const

export const EXAMPLE_DAY = '2026-11-20'

export const EXAMPLE_SALE = {
  entryId: 'sale-0001',
  ...EXAMPLE_SALE_FIELDS,
  occurredAt: `${EXAMPLE_DAY}T09:30:00-03:00`,
} as const

/** Another entry of the same day, with fields that the sale leaves out. */
export const EXAMPLE_REFUND = {
  entryId: 'refund-0001',
  merchantId: EXAMPLE_SHOP,
  direction: 'debit',
  amount: 250,
  currency: EXAMPLE_REGISTRATION.currency,
  method: 'cash',
  category: 'refunds',
  description: 'A cracked cup',
  reference: 'receipt 4711',
  terminalId: 'till-1',
  terminalSeq: 17,
  metadata: { cashier: '7' },
  occurredAt: `${EXAMPLE_DAY}T11:05:00-03:00`,
} as const

/** A change that leaves the shop as it is registered. */
export const EXAMPLE_PATCH = { dayStartsAt: null, lateEntries: 'nextOpenDay' } as const

export const EXAMPLE_REPLAY = { entry: { entryId: 'sale-0001-b' } } as const

export const EXAMPLE_DISCARD = { reason: 'Sent by a till in test mode.' } as const

/** Another content of the sale, which was set aside because the day counts the first one. */
export const EXAMPLE_QUARANTINE_ID =
  'WyJjb3JuZXItc2hvcCIsIjIwMjYtMTEtMjAjc2FsZS0wMDAxI2E1ZjA3N2NlYmFhMDBkZWMwMTE4MzU4YzI2ZDBmZTk3MzVhYWI2ZWE5ODdmZmE4ZDA2M2Q0ZTY2ZDc5MzM5YTAiXQ'
