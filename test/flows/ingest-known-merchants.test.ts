import { describe, expect, test } from 'vitest'
import { memoryMerchants } from '#adapters/merchants/memory-merchants'
import { KNOWN_FOR_MS, knownMerchants, UNKNOWN_FOR_MS } from '#ingest/known-merchants'
import { CALENDAR_CACHE_MS, type Merchant } from '#ledger/merchant'
import { aMerchant, merchantId } from '#test/builders'

const m1 = merchantId('m1')

/** A register that counts its reads and answers when it is told to. */
const start = (maxCount?: number) => {
  const register = memoryMerchants()
  const reads: string[] = []
  const held: (() => void)[] = []
  let isHolding = false
  const nowMs = { monotonic: 0, wall: 0 }
  const known = knownMerchants(
    {
      ...register,
      async find(id) {
        reads.push(id)
        const found = await register.find(id)
        if (isHolding) await new Promise<void>((go) => held.push(go))
        return found
      },
    },
    { clocks: [() => nowMs.monotonic, () => nowMs.wall], ...(maxCount !== undefined && { maxCount }) },
  )
  return {
    register,
    known,
    reads,
    hold: () => (isHolding = true),
    release: () => {
      isHolding = false
      for (const go of held.splice(0)) go()
    },
    pass: (ms: number, { monotonic = ms, wall = ms } = {}) => {
      nowMs.monotonic += monotonic
      nowMs.wall += wall
    },
  }
}

describe('known merchants', () => {
  test('are read once and then kept in memory until their calendar may have changed', async () => {
    const { known, register, reads, pass } = start()
    await register.save(aMerchant())
    expect(await known.find(m1)).toEqual(aMerchant())
    pass(KNOWN_FOR_MS - 1)
    expect(known.find(m1)).toEqual(aMerchant())
    expect(reads).toEqual(['m1'])

    pass(1)
    await register.save(aMerchant({ revision: 2 }))
    expect(await known.find(m1)).toMatchObject({ revision: 2 })
  })

  test('age from the beginning of their read', async () => {
    const { known, register, hold, release, pass } = start()
    await register.save(aMerchant())
    hold()
    const reading = known.find(m1)
    await Promise.resolve()
    pass(KNOWN_FOR_MS)
    release()
    await reading
    expect(known.find(m1)).toBeInstanceOf(Promise)
  })

  test('are read once for all requests at the same time', async () => {
    const { known, register, reads } = start()
    await register.save(aMerchant())
    await Promise.all([known.find(m1), known.find(m1), known.find(m1)])
    expect(reads).toEqual(['m1'])
  })

  test('are forgotten well before a change of calendar counts', () => {
    expect(KNOWN_FOR_MS).toBeLessThanOrEqual(CALENDAR_CACHE_MS - 15_000)
  })

  test.each([
    { what: 'one clock stood still while the machine slept', clocks: { monotonic: 5, wall: KNOWN_FOR_MS } },
    { what: 'the clock on the wall was set back', clocks: { monotonic: KNOWN_FOR_MS, wall: -5 } },
    { what: 'the wall clock was set back while the machine slept', clocks: { monotonic: 0, wall: -1 } },
  ])('are read again when $what', async ({ clocks }) => {
    const { known, register, pass } = start()
    await register.save(aMerchant())
    await known.find(m1)
    pass(0, clocks)
    expect(known.find(m1)).toBeInstanceOf(Promise)
  })

  test('are remembered not to exist for a moment only, because another process may register them', async () => {
    const { known, register, reads, pass } = start()
    expect(await known.find(m1)).toBeUndefined()
    await register.save(aMerchant())
    pass(UNKNOWN_FOR_MS - 1)
    expect(known.find(m1)).toBeUndefined()
    expect(reads).toEqual(['m1'])
    pass(1)
    expect(await known.find(m1)).toEqual(aMerchant())
    expect(UNKNOWN_FOR_MS).toBeLessThanOrEqual(2_000)
  })

  test('that were registered here exist at once', async () => {
    const { known } = start()
    expect(await known.find(m1)).toBeUndefined()
    expect(await known.save(aMerchant())).toBe('saved')
    expect(await known.find(m1)).toEqual(aMerchant())
  })

  test('that were registered here during a read exist at once, and the answer of that read is not kept', async () => {
    const { known, hold, release } = start()
    hold()
    const earlier = known.find(m1)
    await Promise.resolve()
    await known.save(aMerchant())
    const later = known.find(m1)
    release()
    expect(await earlier).toBeUndefined()
    expect(await later).toEqual(aMerchant())
    expect(known.find(m1)).toEqual(aMerchant())
  })

  test('whose save had no answer are read again', async () => {
    const register = memoryMerchants()
    const known = knownMerchants({
      ...register,
      save: async (merchant) => {
        await register.save(merchant)
        throw new Error('the answer was lost')
      },
    })
    expect(await known.find(m1)).toBeUndefined()
    await expect(known.save(aMerchant())).rejects.toThrow('the answer was lost')
    expect(await known.find(m1)).toEqual(aMerchant())
  })

  test('are forgotten when there are too many, the one read longest ago first', async () => {
    const { known, register } = start(2)
    for (const id of ['m1', 'm2', 'm3']) await register.save(aMerchant({ merchantId: merchantId(id) }))
    for (const id of ['m1', 'm2', 'm3']) await known.find(merchantId(id))
    const atHand = (id: string): Merchant | undefined => {
      const found = known.find(merchantId(id))
      return found instanceof Promise ? undefined : found
    }
    expect(['m1', 'm2', 'm3'].filter(atHand)).toEqual(['m2', 'm3'])
  })

  test('whose read failed are read again', async () => {
    let isDown = true
    const known = knownMerchants({
      ...memoryMerchants(),
      find: () => (isDown ? Promise.reject(new Error('throttled')) : Promise.resolve(aMerchant())),
    })
    await expect(known.find(m1)).rejects.toThrow('throttled')
    isDown = false
    expect(await known.find(m1)).toEqual(aMerchant())
  })
})
