import { describe, expect, test } from 'vitest'
import { memoryMerchants } from '#adapters/merchants/memory-merchants'
import { knownMerchants } from '#ingest/known-merchants'
import { CALENDAR_CACHE_MS, type Merchant } from '#ledger/merchant'
import { aMerchant, merchantId } from '#test/builders'

const m1 = merchantId('m1')

/** A register that counts its reads and answers when it is told to. */
const start = (maxCount?: number) => {
  const register = memoryMerchants()
  const reads: string[] = []
  const held: (() => void)[] = []
  let isHolding = false
  let nowMs = 0
  const known = knownMerchants(
    {
      async find(id) {
        reads.push(id)
        const found = await register.find(id)
        if (isHolding) await new Promise<void>((go) => held.push(go))
        return found
      },
    },
    { clock: () => nowMs, ...(maxCount !== undefined && { maxCount }) },
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
    pass: (ms: number) => (nowMs += ms),
  }
}

describe('known merchants', () => {
  test('are read once and then at hand, until the calendar may have changed', async () => {
    const { known, register, reads, pass } = start()
    await register.save(aMerchant())
    expect(await known.find(m1)).toEqual(aMerchant())
    pass(CALENDAR_CACHE_MS - 1)
    expect(known.find(m1)).toEqual(aMerchant())
    expect(reads).toEqual(['m1'])

    pass(1)
    await register.save(aMerchant({ revision: 2 }))
    expect(await known.find(m1)).toMatchObject({ revision: 2 })
  })

  test('grow old from when their read began', async () => {
    const { known, register, hold, release, pass } = start()
    await register.save(aMerchant())
    hold()
    const reading = known.find(m1)
    await Promise.resolve()
    pass(CALENDAR_CACHE_MS)
    release()
    await reading
    expect(known.find(m1)).toBeInstanceOf(Promise)
  })

  test('are read once for all who ask at the same time', async () => {
    const { known, register, reads } = start()
    await register.save(aMerchant())
    await Promise.all([known.find(m1), known.find(m1), known.find(m1)])
    expect(reads).toEqual(['m1'])
  })

  test('do not include those that do not exist: they may the next moment', async () => {
    const { known, register } = start()
    expect(await known.find(m1)).toBeUndefined()
    await register.save(aMerchant())
    expect(await known.find(m1)).toEqual(aMerchant())
  })

  test('include one registered while an earlier read was under way', async () => {
    const { known, register, hold, release } = start()
    hold()
    const earlier = known.find(m1)
    await Promise.resolve()
    await register.save(aMerchant())
    const later = known.find(m1)
    release()
    expect(await earlier).toBeUndefined()
    expect(await later).toEqual(aMerchant())
  })

  test('are forgotten, the one read longest ago first, when there are too many', async () => {
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
      find: () => (isDown ? Promise.reject(new Error('throttled')) : Promise.resolve(aMerchant())),
    })
    await expect(known.find(m1)).rejects.toThrow('throttled')
    isDown = false
    expect(await known.find(m1)).toEqual(aMerchant())
  })
})
