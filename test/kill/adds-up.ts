/**
 * A reader of totals while everything is killed and days are closed. No answer may be impossible: windows and methods add up to
 * their day, each day opens with what the day before closed with, and the days add up to their period.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { request } from '#test/flows/client'
import type { RunningSystem } from '#test/flows/running-system'
import type { Findings } from './findings.ts'
import { lastDayOfTrade, MERCHANTS } from './tills.ts'

type Reading = { readonly system: RunningSystem; readonly findings: Findings }

/** Starts reading; returns how to stop, which returns how many answers added up. */
export const startAddingUp = (reading: Reading): (() => Promise<number>) => {
  const stopping = new AbortController()
  const done = readUntil(stopping.signal, reading)
  return async () => {
    stopping.abort()
    return await done
  }
}

const readUntil = async (stopping: AbortSignal, { system, findings }: Reading): Promise<number> => {
  const startedAtMs = Date.now()
  let right = 0
  const read = async (path: string, addsUp: (body: unknown) => boolean): Promise<void> => {
    const answer = await request(system, `${system.query}/v1/merchants/${path}`, 'GET').catch(() => undefined)
    if (answer?.status !== 200) return
    if (addsUp(answer.body)) right += 1
    else findings.add('an answer that does not add up', `${path} ${JSON.stringify(answer.body)}`)
  }
  while (!stopping.aborted) {
    const to = lastDayOfTrade(startedAtMs)
    const from = new Date(Date.parse(to) - 3 * 86_400_000).toISOString().slice(0, 10)
    for (const merchantId of MERCHANTS) {
      await read(`${merchantId}/days?from=${from}&to=${to}`, (body) => periodAddsUp(body as Period))
      await read(`${merchantId}/days/${to}`, (body) => dayAddsUp(body as Day))
      await sleep(100)
    }
  }
  return right
}

const SUMS = ['credits', 'debits', 'entryCount'] as const
type Sums = Readonly<Record<(typeof SUMS)[number], number>>
type Balances = Sums & { readonly opening: number; readonly closing: number }
type Day = Balances & { readonly windows: readonly Sums[]; readonly byMethod: Readonly<Record<string, Sums>> }
type Period = { readonly data: readonly Balances[]; readonly totals: Balances }

const periodAddsUp = ({ data, totals }: Period): boolean =>
  data.every(isBalanced) &&
  data.every(({ opening }, at) => opening === (data[at - 1]?.closing ?? totals.opening)) &&
  data.at(-1)?.closing === totals.closing &&
  areParts(data, totals)

const dayAddsUp = (day: Day): boolean =>
  isBalanced(day) && areParts(day.windows, day) && areParts(Object.values(day.byMethod), day)

const isBalanced = ({ opening, credits, debits, closing }: Balances): boolean => opening + credits - debits === closing

const areParts = (parts: readonly Sums[], whole: Sums): boolean =>
  SUMS.every((name) => parts.reduce((sum, part) => sum + part[name], 0) === whole[name])
