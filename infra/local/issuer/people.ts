/**
 * People who may sign in at the local issuer: a file for each, which only the command `npm run people` writes, and beside
 * it the person's second factor, which only the issuer writes. So no two processes write one file.
 */
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { parseSubject, type Scope, type Subject } from '#ledger/access'
import { privateFiles } from '#adapters/files/private-files'

export type Person = {
  /** What the person types to sign in. */
  readonly login: string
  /** The claim `sub` of the person's tokens, and the key of their grant. A name that is used again gets another one. */
  readonly subject: Subject
  readonly scopes: readonly Scope[]
  readonly password: PasswordHash
  /** New credentials end what was signed in with the old ones, the second factor included. */
  readonly credentialsMadeAtMs: number
}

type PasswordHash = Cost & { readonly salt: string; readonly hash: string }

/** As scrypt names it (RFC 7914). */
type Cost = { readonly N: number; readonly r: number; readonly p: number }

type SecondFactor = {
  /** The `credentialsMadeAtMs` of the credentials that this belongs to. */
  readonly credentialsMadeAtMs: number
  /** As authenticator apps take it, in base32. */
  readonly secret: string
  /** The time step of the last code that counted. No code of this step or an earlier one counts again. */
  readonly lastStep: number
}

export type People = {
  find(login: string): Person | undefined
  findBySubject(subject: string): Person | undefined
  list(): readonly Person[]
  save(person: Person): void
  remove(login: string): void
  /** Undefined when none was enrolled since the person's credentials were made. */
  secondFactor(person: Person): SecondFactor | undefined
  saveSecondFactor(person: Person, factor: Omit<SecondFactor, 'credentialsMadeAtMs'>): void
}

/** A login name is the name of a file as well. */
export const isLogin = (text: string): boolean => /^[a-z0-9][a-z0-9._-]{0,62}$/.test(text)
export const LOGIN_RULE = 'has 1 to 63 characters: a to z, 0 to 9, ".", "_", "-", and begins with a letter or digit'

export const filePeople = (issuerFolder: string): People => {
  const people = privateFiles<Person>({ folder: join(issuerFolder, 'people'), format: PERSON_FORMAT })
  const factors = privateFiles<SecondFactor>({
    folder: join(issuerFolder, 'second-factors'),
    format: SECOND_FACTOR_FORMAT,
  })
  const find = (login: string) => (isLogin(login) ? people.read(login) : undefined)
  return {
    find,
    findBySubject(subject) {
      const [, login = ''] = /^person:([^:]+):/.exec(subject) ?? []
      const person = find(login)
      return person?.subject === subject ? person : undefined
    },
    list: () => people.names().flatMap((login) => find(login) ?? []),
    save: (person) => people.write(person.login, person),
    remove(login) {
      people.remove(login)
      factors.remove(login)
    },
    secondFactor(person) {
      const factor = factors.read(person.login)
      return factor?.credentialsMadeAtMs === person.credentialsMadeAtMs ? factor : undefined
    },
    saveSecondFactor: (person, factor) =>
      factors.write(person.login, { ...factor, credentialsMadeAtMs: person.credentialsMadeAtMs }),
  }
}

const PERSON_FORMAT = 1
const SECOND_FACTOR_FORMAT = 1

export const newPersonSubject = (login: string): Subject => {
  const subject = parseSubject(`person:${login}:${randomBytes(5).toString('hex')}`)
  if (!subject.ok) throw new Error(`${login} names no subject.`)
  return subject.value
}

/** 100 random bits in letters that are hard to confuse. */
export const newPassword = (): string =>
  Array.from(randomBytes(20), (byte) => LETTERS[byte % 32])
    .join('')
    .replaceAll(/(.{5})(?=.)/g, '$1-')

const LETTERS = 'abcdefghjkmnpqrstuvwxyz023456789'

// OWASP's Password Storage Cheat Sheet names these as one of its equal choices for scrypt: 32 MiB, three times.
const COST = { N: 2 ** 15, r: 8, p: 3 }

export const hashPassword = async (password: string, cost: Cost = COST): Promise<PasswordHash> => {
  const salt = randomBytes(16).toString('base64url')
  return { ...cost, salt, hash: (await derive(password, { ...cost, salt })).toString('base64url') }
}

/** Takes as long without a person as with one, so that the time does not tell which names exist. */
export const isPassword = async (person: Person | undefined, password: string): Promise<boolean> => {
  const known = person?.password ?? NO_ONES_PASSWORD
  const hash = Buffer.from(known.hash, 'base64url')
  return timingSafeEqual(await derive(password, known), hash) && person !== undefined
}

const BYTES = 32
const NO_ONES_PASSWORD: PasswordHash = { ...COST, salt: 'none', hash: Buffer.alloc(BYTES).toString('base64url') }

const scryptOf = promisify<string, string, number, object, Buffer>(scrypt)

const derive = async (password: string, { salt, N, r, p }: Omit<PasswordHash, 'hash'>): Promise<Buffer> =>
  await scryptOf(password.normalize('NFKC'), salt, BYTES, { N, r, p, maxmem: 256 * N * r })
