/**
 * Which services keep the data of a folder. The progress of the consumers, in DynamoDB, counts the records of the stream,
 * which lies in the folder. So a folder is used with the store that it began with, and a store with one folder: with
 * another one, or with an empty one, records would be skipped or books would be missing, and no error would say so.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { GetCommand, PutCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { conditionalWrite } from '#adapters/dynamodb/conditional-write'
import { writeFileDurably } from '#adapters/files/durable-files'
import { DATA_SERVICES, endpointVariable, SERVICE_NAMES, type LocalService, type ServiceUrls } from './local-aws.ts'

type Memory = {
  readonly format: typeof FORMAT
  /** The services that the environment named when the folder was begun. */
  readonly named: readonly LocalService[]
  /** Stands in the store as well. */
  readonly folderId: string
  /** Whether it has been put there. */
  readonly isInStore: boolean
}

/** Throws an error for people when the folder's data is in other services than those of this start. */
export const checkServicesOfData = (folder: string, named: Partial<ServiceUrls>): void => {
  const before = readMemory(folder)
  for (const service of DATA_SERVICES) {
    const wasNamed = before?.named.includes(service) ?? false
    const isNamed = named[service] !== undefined
    const name = SERVICE_NAMES[service]
    if (wasNamed && !isNamed) {
      throw new Error(
        `The data in ${folder} was begun with a ${name} that the environment named, and now ${endpointVariable(service)} is not set. ` +
          'Set it, or start with another folder (DAYBOOK_DATA).',
      )
    }
    const own = join(folder, service)
    if (!wasNamed && isNamed && (before !== undefined || existsSync(own))) {
      throw new Error(
        `The data in ${folder} was begun with Daybook's own ${name} (${own}), and now ${endpointVariable(service)} names another. ` +
          'Unset it, or start with another folder (DAYBOOK_DATA).',
      )
    }
  }
}

type Store = { readonly client: DynamoDBDocumentClient; readonly table: string }

/**
 * Notes which services the folder is used with, once all of them answer. Throws an error for people when the store that
 * the environment named is not the one of this folder.
 */
export const claimServices = async (folder: string, named: Partial<ServiceUrls>, store: Store): Promise<void> => {
  const begun = DATA_SERVICES.filter((service) => named[service] !== undefined)
  const memory = readMemory(folder) ?? { format: FORMAT, named: begun, folderId: crypto.randomUUID(), isInStore: false }
  // Before the mark is in the store. Otherwise, after a crash between the two, no folder would be the one of the mark.
  write(folder, memory)
  await claimStore(folder, memory, { ...store, url: named.dynamodb })
  if (!memory.isInStore) write(folder, { ...memory, isInStore: true })
}

const claimStore = async (
  folder: string,
  { folderId, isInStore }: Memory,
  { url, client, table }: Store & { readonly url: string | undefined },
): Promise<void> => {
  const own = join(folder, 'dynamodb')
  const store = url === undefined ? `The store in ${own}` : `The DynamoDB at ${url} (${endpointVariable('dynamodb')})`
  const { Item: mark } = await client.send(new GetCommand({ TableName: table, Key: MARK, ConsistentRead: true }))
  if (mark === undefined && isInStore) {
    throw new Error(
      `${store} does not have the books of ${folder} any more. ` +
        (url === undefined
          ? 'Its file was deleted or emptied. Put a copy of it back. docs/operations/damaged-files.md says how to go on without one. '
          : 'Was it started with -inMemory, or with another -dbPath? Start it with its data. ') +
        'To start from nothing, delete the folder.',
    )
  }
  const ifNew = new PutCommand({
    TableName: table,
    Item: { ...MARK, format: FORMAT, folderId },
    ConditionExpression: 'attribute_not_exists(#consumer) OR #folderId = :folderId',
    ExpressionAttributeNames: { '#consumer': 'consumer', '#folderId': 'folderId' },
    ExpressionAttributeValues: { ':folderId': folderId },
  })
  if ((await conditionalWrite(() => client.send(ifNew))) === 'refused') {
    throw new Error(
      `${store} holds the books of another data folder than ${folder}. Start with that folder (DAYBOOK_DATA), or ` +
        (url === undefined ? `move ${own} away.` : 'name another DynamoDB, such as one with a -dbPath of its own.'),
    )
  }
}

/** An item of the table `progress` that is of no consumer. */
const MARK = { consumer: '~', shard: 'data folder' }

const FORMAT = 1
const FILE = 'services.json'

const write = (folder: string, memory: Memory): void => {
  writeFileDurably(folder, FILE, `${JSON.stringify(memory, undefined, 2)}\n`)
}

const readMemory = (folder: string): Memory | undefined => {
  const file = join(folder, FILE)
  if (!existsSync(file)) return undefined
  let memory: { readonly format?: unknown }
  try {
    memory = JSON.parse(readFileSync(file, 'utf8')) as typeof memory
  } catch (error) {
    throw new Error(`${file}, which says where the data are, cannot be read: ${String(error)}`, { cause: error })
  }
  if (memory.format === FORMAT) return memory as Memory
  throw new Error(`${file} has format ${String(memory.format)}, and only ${FORMAT} is known here.`)
}
