/**
 * Where rows of objects are brought together: a DuckDB in a folder that is gone afterwards. DuckDB sorts more than fits in
 * memory, because what is beyond its share goes to files.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DuckDBConnection } from '@duckdb/node-api'
import { DuckDBInstance } from '#adapters/duckdb/engine'
import { reasonOf } from '#adapters/duckdb/entry-files'
import { readParquet } from '#adapters/duckdb/literals'
import type { UnreadableObject } from '#ledger/archive'
import type { ObjectStore, StoredObject } from './object-store.ts'

export type TemporaryDuckdb = {
  /** Inserts what the query selects of the objects, each of which is known by its place in the list. */
  insert(
    objects: readonly StoredObject[],
    query: (rows: string) => string,
    wrongColumns?: WrongColumns,
  ): AsyncIterable<UnreadableObject>
  /** The author of a query knows the columns that it has. */
  rows<Row>(query: string): AsyncIterable<readonly Row[]>
}

/** What is wrong with the columns of a file: an INSERT would round a number of another type in silence. */
type WrongColumns = (connection: DuckDBConnection, path: string) => Promise<string | undefined>

/** What `rows` has beside the columns of the files: the place of the object that a row stood in. */
export const OBJECT_PLACE = "CAST(regexp_extract(filename, '(\\d+)\\.parquet$', 1) AS INTEGER)"

/** Lends a DuckDB with the given table. */
export async function* inTemporaryDuckdb<T>(
  { store, memoryMiB, table }: { store: ObjectStore; memoryMiB: number; table: string },
  work: (duckdb: TemporaryDuckdb) => AsyncIterable<T>,
): AsyncGenerator<T> {
  const folder = await mkdtemp(join(tmpdir(), 'daybook-archive-'))
  try {
    // In memory, and from there into the folder: a file of DuckDB's own cannot stand under every name of a folder.
    const instance = await DuckDBInstance.create(':memory:', {
      memory_limit: `${memoryMiB}MiB`,
      temp_directory: folder,
      threads: '2',
      preserve_insertion_order: 'false',
    })
    const connection = await instance.connect()
    try {
      await connection.run(table)
      yield* work({
        insert: (...given) => insert({ store, folder, connection }, ...given),
        rows: <Row>(query: string) => rows<Row>(connection, query),
      })
    } finally {
      connection.closeSync()
      instance.closeSync()
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function* rows<Row>(connection: DuckDBConnection, query: string): AsyncGenerator<readonly Row[]> {
  const result = await connection.stream(query)
  for await (const chunk of result.yieldRowObjectJs()) yield chunk as Row[]
}

type Tools = { readonly store: ObjectStore; readonly folder: string; readonly connection: DuckDBConnection }
type Placed = { readonly key: string; readonly bytes: number; readonly file: string }

/** A few objects by each statement; one that fails is made again for each object alone, which tells the unreadable one. */
async function* insert(
  { store, folder, connection }: Tools,
  objects: readonly StoredObject[],
  query: (rows: string) => string,
  wrongColumns: WrongColumns = async () => undefined,
): AsyncGenerator<UnreadableObject> {
  const insertFiles = async (placed: readonly Placed[]): Promise<void> => {
    await connection.run(query(readParquet(placed.map(({ file }) => file))))
  }
  const place = async ({ key, file }: Placed): Promise<void> => {
    await writeFile(file, await store.get(key))
    const wrong = await wrongColumns(connection, file)
    if (wrong !== undefined) throw new Error(wrong)
  }
  const placed = objects.map(({ key, bytes }, place) => ({ key, bytes, file: join(folder, `${place}.parquet`) }))
  for (const group of groups(placed)) {
    const failures = new Map<Placed, unknown>()
    const trying = async (placed: Placed, attempt: () => Promise<void>): Promise<void> => {
      await attempt().catch((error: unknown) => failures.set(placed, error))
    }
    await Promise.all(group.map((placed) => trying(placed, () => place(placed))))
    const there = group.filter((placed) => !failures.has(placed))
    if (there.length > 0) {
      await insertFiles(there).catch(async () => {
        for (const placed of there) await trying(placed, async () => await insertFiles([placed]))
      })
    }
    await Promise.all(group.map(({ file }) => rm(file, { force: true })))
    for (const [{ key }, error] of failures) yield { key, reason: reasonOf(error, folder) }
  }
}

const GROUP_OBJECTS = 16
const GROUP_BYTES = 256 * 1024 * 1024

function* groups(placed: readonly Placed[]): Generator<Placed[]> {
  let group: Placed[] = []
  let bytes = 0
  for (const object of placed) {
    if (group.length === GROUP_OBJECTS || (group.length > 0 && bytes + object.bytes > GROUP_BYTES)) {
      yield group
      group = []
      bytes = 0
    }
    group.push(object)
    bytes += object.bytes
  }
  if (group.length > 0) yield group
}
