/**
 * Whether a person may sign in: by name, password and a code of the second factor, asked for together, so that no answer
 * tells which of them was wrong. At the first sign-in, the second factor is enrolled.
 */
import { Secret, TOTP } from 'otpauth'
import { momentOf, shortMemory } from '#ledger/memory/short-memory'
import type { Clock } from '#ledger/ports'
import { isPassword, type People, type Person } from './people.ts'

type Credentials = { readonly login: string; readonly password: string; readonly code: string }

type SignIn =
  | { readonly status: 'signed-in'; readonly person: Person }
  /** The password is right, and no second factor is enrolled. The secret is to be shown once. */
  | { readonly status: 'enrol'; readonly secret: string; readonly uri: string }
  | { readonly status: 'refused' }
  /** Too many sign-ins at the same moment. */
  | { readonly status: 'busy' }

export type SignIns = {
  /** `flow` names the sign-in under way, and ties an enrolment to it. */
  check(flow: string, credentials: Credentials): Promise<SignIn>
  /** Ends the enrolment that `check` began, if the code is one of the secret that was shown. */
  enrol(flow: string, code: string): SignIn
}

/** Wrong sign-ins of one name until all are refused for a while, the right one included. */
const MOST_WRONG = 5
const REFUSED_FOR_MS = 15 * 60_000

export const signIns = (people: People, clock: Clock = Date.now): SignIns => {
  const clocks = [() => performance.now(), clock]
  const wrong = attemptsOf(clocks)
  const enrolments = shortMemory<string, { readonly person: Person; readonly secret: string }>({
    lifetimeMs: 10 * 60_000,
    maxCount: 1_000,
    clocks,
  })
  let checking = 0

  /** The code's time step if the code counts; each step counts once. */
  const stepOf = (code: string, { secret, lastStep }: { secret: string; lastStep: number }): number | undefined => {
    const delta = totp(secret).validate({ token: code.replaceAll(/\s/g, ''), timestamp: clock(), window: 1 })
    const step = delta === null ? -1 : Math.floor(clock() / STEP_MS) + delta
    return step > lastStep ? step : undefined
  }

  const checkOne = async (flow: string, { login, password, code }: Credentials): Promise<SignIn> => {
    if (!wrong.mayTry(login)) return REFUSED
    const person = people.find(login)
    if (!(await isPassword(person, password)) || person === undefined) return REFUSED
    const factor = people.secondFactor(person)
    if (factor === undefined) {
      const secret = new Secret({ size: 20 }).base32
      enrolments.keep(flow, { person, secret }, momentOf(clocks))
      wrong.forget(login)
      return { status: 'enrol', secret, uri: totp(secret, login).toString() }
    }
    const step = stepOf(code, factor)
    if (step === undefined) return REFUSED
    people.saveSecondFactor(person, { secret: factor.secret, lastStep: step })
    wrong.forget(login)
    return { status: 'signed-in', person }
  }

  return {
    async check(flow, { login, ...rest }) {
      if (checking >= MOST_AT_ONCE) return { status: 'busy' }
      checking += 1
      try {
        return await checkOne(flow, { login: login.trim().toLowerCase(), ...rest })
      } finally {
        checking -= 1
      }
    },

    enrol(flow, code) {
      const enrolment = enrolments.get(flow)
      if (enrolment === undefined || !wrong.mayTry(enrolment.person.login)) return REFUSED
      const { person, secret } = enrolment
      const step = stepOf(code, { secret, lastStep: 0 })
      // Meanwhile the person may have enrolled elsewhere, been removed, or got new credentials.
      const current = people.find(person.login)
      const isCurrent = current?.credentialsMadeAtMs === person.credentialsMadeAtMs
      if (step === undefined || !isCurrent || people.secondFactor(person) !== undefined) return REFUSED
      people.saveSecondFactor(person, { secret, lastStep: step })
      enrolments.delete(flow)
      wrong.forget(person.login)
      return { status: 'signed-in', person: current }
    },
  }
}

const REFUSED = { status: 'refused' } as const

// Each check takes 32 MiB for a third of a second.
const MOST_AT_ONCE = 8

const STEP_MS = 30_000

// RFC 6238 with the values that every authenticator app understands.
const totp = (secret: string, label = '') =>
  new TOTP({ issuer: 'Daybook', label, secret: Secret.fromBase32(secret), algorithm: 'SHA1', digits: 6, period: 30 })

/** Counts the attempts of each name, known or not, so that the answers do not tell which names exist. */
const attemptsOf = (clocks: readonly Clock[]) => {
  const counts = shortMemory<string, number>({ lifetimeMs: REFUSED_FOR_MS, maxCount: 10_000, clocks })
  return {
    /** Counts the attempt before its outcome is known, so that attempts at the same moment count as well. */
    mayTry(login: string): boolean {
      const count = counts.get(login) ?? 0
      if (count >= MOST_WRONG) return false
      counts.keep(login, count + 1, momentOf(clocks))
      return true
    },
    forget: (login: string) => counts.delete(login),
  }
}
