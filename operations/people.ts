/** `npm run people`: who may sign in at the local issuer, with which scopes and for which merchants. */
import { documentClient } from '#adapters/aws/dynamodb'
import { dynamoGrants } from '#adapters/grants/dynamo-grants'
import { issuerFolderIn } from '#infra/local/issuer/folders'
import {
  filePeople,
  hashPassword,
  isLogin,
  LOGIN_RULE,
  newPassword,
  newPersonSubject,
  type People,
} from '#infra/local/issuer/people'
import { useRunningSystem } from '#infra/local/running-system'
import { readSettings } from '#infra/settings'
import { SCOPES } from '#ledger/access'
import type { Grants } from '#ledger/ports'
import { EXIT, readArguments, runCommand, UsageError, type Command, type Exit } from './command.ts'
import { merchantsIn, scopesIn } from './grant-arguments.ts'
import { table, type Terminal } from './terminal.ts'

export const USAGE = `npm run people -- add NAME --scope "SCOPE..." [--merchant MERCHANT]...
npm run people -- list
npm run people -- reset NAME
npm run people -- remove NAME

People sign in at the local issuer with a password and a code of an authenticator app, which they add when they sign in
for the first time. add and reset print a new password, once. reset also ends the person's sign-ins and forgets the app.
Tokens that the person already has work until they expire. When a password was stolen, remove the person and add them
again: with the grant, those tokens lose their power within a minute.

  NAME         ${LOGIN_RULE}
  --scope      what the person may do, at most: ${SCOPES.join(', ')}
  --merchant   a merchant that the person may act for: an id, the beginning of ids as in "acme-*", or "*" for all

Exit code: 0 done, 1 refused, 2 wrong arguments, 3 no system runs or answers.`

export const people: Command = async (args, terminal) => {
  const { values, positionals } = readArguments(args, {
    allowPositionals: true,
    options: {
      scope: { type: 'string', multiple: true, default: [] },
      merchant: { type: 'string', multiple: true, default: [] },
    },
  })
  const [action, name, ...more] = positionals
  if (more.length > 0) throw new UsageError(`One person at a time: ${more[0]} is one argument too many.`)
  if (action !== 'add' && values.scope.length + values.merchant.length > 0) {
    throw new UsageError('Only add takes --scope and --merchant.')
  }
  switch (action) {
    case 'add': {
      const person = { login: loginIn(name), scopes: scopesIn(values.scope), merchants: merchantsIn(values.merchant) }
      return await withStores(async ({ people: kept, grants }) => {
        if (kept.find(person.login) !== undefined) return refuse(terminal, `${person.login} exists already.`)
        const { login, scopes, merchants } = person
        const [subject, password] = [newPersonSubject(login), newPassword()]
        // First the grant: a person without one would sign in and see nothing.
        await grants.put({ subject, merchants })
        kept.save({ login, subject, scopes, password: await hashPassword(password), credentialsMadeAtMs: Date.now() })
        return showPassword(terminal, login, password)
      })
    }
    case 'list':
      if (name !== undefined) throw new UsageError('list takes no NAME.')
      return await withStores(async (stores) => await list(terminal, stores))
    case 'reset': {
      const login = loginIn(name)
      return await withStores(async ({ people: kept }) => {
        const person = kept.find(login)
        if (person === undefined) return refuse(terminal, `${login} does not exist.`)
        const password = newPassword()
        kept.save({ ...person, password: await hashPassword(password), credentialsMadeAtMs: Date.now() })
        return showPassword(terminal, login, password)
      })
    }
    case 'remove': {
      const login = loginIn(name)
      return await withStores(async ({ people: kept, grants }) => {
        const person = kept.find(login)
        if (person === undefined) return refuse(terminal, `${login} does not exist.`)
        // First the grant: the tokens that the person has now are worth nothing within a minute.
        await grants.remove(person.subject)
        kept.remove(login)
        terminal.print(`${login} is removed.`)
        return EXIT.done
      })
    }
    default:
      throw new UsageError(
        action === undefined
          ? 'Missing the action: add, list, reset or remove.'
          : `${action} is not an action. Write add, list, reset or remove.`,
      )
  }
}

type Stores = { readonly people: People; readonly grants: Grants }

const withStores = async (work: (stores: Stores) => Promise<Exit>): Promise<Exit> => {
  const { dataFolder, tables } = readSettings()
  const { issuer } = useRunningSystem(dataFolder)
  if (issuer === undefined) throw new Error('People sign in at the issuer that TOKEN_ISSUER names, so add them there.')
  const client = documentClient()
  try {
    return await work({ people: filePeople(issuerFolderIn(dataFolder)), grants: dynamoGrants(client, tables.grants) })
  } finally {
    client.destroy()
  }
}

const loginIn = (name: string | undefined): string => {
  if (name === undefined) throw new UsageError('Missing NAME: who it is about.')
  if (isLogin(name)) return name
  throw new UsageError(`"${name}" cannot be a name: it ${LOGIN_RULE}.`)
}

const list = async (terminal: Terminal, { people: kept, grants }: Stores): Promise<Exit> => {
  const rows: string[][] = []
  for (const person of kept.list()) {
    const { merchants = [] } = (await grants.find(person.subject)) ?? {}
    const app = kept.secondFactor(person) === undefined ? 'not yet' : 'added'
    rows.push([person.login, person.scopes.join(' '), merchants.join(' ') || '—', app, person.subject])
  }
  terminal.print(
    ...(rows.length === 0 ? ['No people.'] : table(['name', 'scopes', 'merchants', 'app', 'subject'], rows)),
  )
  return EXIT.done
}

const showPassword = (terminal: Terminal, login: string, password: string): Exit => {
  terminal.print(password)
  terminal.complain(`This is the password of ${login}. It is shown only now.`)
  return EXIT.done
}

const refuse = (terminal: Terminal, reason: string): Exit => {
  terminal.complain(reason)
  return EXIT.refused
}

if (import.meta.main) await runCommand(people, USAGE)
