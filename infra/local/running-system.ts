/** How a command finds the local system that `npm start` runs: by a file in its data folder. */
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readSettings } from '#infra/settings'
import { checkDataVersion } from './data-version.ts'
import { holderOfFolder } from './folder-lock.ts'
import type { LocalPorts } from './local-aws.ts'

export type Endpoints = Readonly<Record<'ingest' | 'query' | 'consumers' | keyof LocalPorts, string>> & {
  /** Undefined when the system takes the tokens of another issuer. */
  readonly issuer?: string
}

type Announced = {
  readonly ingest: string
  readonly query: string
  /** Where the consumers answer /healthz and /readyz. */
  readonly consumers: string
  readonly issuer?: string | undefined
  readonly ports: LocalPorts
}

/** Publishes the endpoints of this process's system until the process ends. */
export const announceEndpoints = (folder: string, { ingest, query, consumers, issuer, ports }: Announced): void => {
  const local = Object.entries(ports).map(([service, port]) => [service, `http://127.0.0.1:${port}`])
  const endpoints = { format: FORMAT, ingest, query, consumers, issuer, ...Object.fromEntries(local) }
  const draft = `${fileIn(folder)}.${process.pid}`
  writeFileSync(draft, JSON.stringify(endpoints, undefined, 2) + '\n')
  // A reader finds the whole file or none.
  renameSync(draft, fileIn(folder))
  process.on('exit', () => rmSync(fileIn(folder), { force: true }))
}

/**
 * Points the AWS SDK of this process at the system that runs on the data in `DAYBOOK_DATA`. Endpoints that the
 * environment names stay. Throws an error for people when no system runs.
 */
export const useRunningSystem = (folder: string = readSettings().dataFolder): Endpoints => {
  const endpoints = readEndpoints(folder)
  const { env } = process
  for (const service of ['kinesis', 'dynamodb', 's3', 'firehose'] as const) {
    env[`AWS_ENDPOINT_URL_${service.toUpperCase()}`] ??= endpoints[service]
  }
  env['AWS_REGION'] ??= 'us-east-1'
  // The SDK needs keys to sign. A profile has keys of its own, which the SDK prefers.
  if (env['AWS_ACCESS_KEY_ID'] === undefined && env['AWS_PROFILE'] === undefined) {
    env['AWS_ACCESS_KEY_ID'] = 'local'
    env['AWS_SECRET_ACCESS_KEY'] = 'local'
  }
  return endpoints
}

/** The same, unless the environment itself names a store and an S3. */
export const useNamedOrRunningSystem = (): void => {
  const { AWS_ENDPOINT_URL_DYNAMODB: store, AWS_ENDPOINT_URL_S3: s3 } = process.env
  if (store === undefined || s3 === undefined) useRunningSystem()
}

/** Uses the system of this folder when one is running, and otherwise the AWS of the environment. */
export const useRunningSystemOrAws = (): void => {
  try {
    useRunningSystem()
  } catch (error) {
    if (process.env['AWS_REGION'] === undefined) throw error
  }
}

const readEndpoints = (folder: string): Endpoints => {
  checkDataVersion(folder)
  const noSystem = new Error(`No Daybook is running on the data in ${folder}; start it with npm start.`)
  // A killed system leaves its file behind.
  if (holderOfFolder(folder) === undefined) throw noSystem
  let announced: Endpoints & { readonly format?: unknown }
  try {
    announced = JSON.parse(readFileSync(fileIn(folder), 'utf8')) as typeof announced
  } catch {
    // The system is still starting.
    throw noSystem
  }
  const { format, ...endpoints } = announced
  if (format === FORMAT) return endpoints
  throw new Error(
    `${fileIn(folder)} has format ${String(format)}, and only ${FORMAT} is known here: the Daybook that runs on the data ` +
      `in ${folder} is another version. Use its own commands, or stop it and start this one.`,
  )
}

const FORMAT = 1

const fileIn = (folder: string) => join(folder, 'endpoints.json')
