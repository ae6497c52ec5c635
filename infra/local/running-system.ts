/** How a command finds the local system that `npm start` runs: by a file in its data folder. */
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readSettings } from '#infra/settings'
import { checkDataVersion } from './data-version.ts'
import { holderOfFolder } from './folder-lock.ts'
import { endpointVariable, namedServices, SERVICES, USUAL_REGION, useServices, type ServiceUrls } from './local-aws.ts'

export type Endpoints = ServiceUrls & {
  readonly ingest: string
  readonly query: string
  /** Where the consumers answer /healthz and /readyz. */
  readonly consumers: string
  /** Undefined when the system takes the tokens of another issuer. */
  readonly issuer?: string
  /** The region in which the system keeps its data. */
  readonly region?: string
}

type Announced = {
  readonly ingest: string
  readonly query: string
  /** Where the consumers answer /healthz and /readyz. */
  readonly consumers: string
  readonly issuer?: string | undefined
  readonly services: ServiceUrls
}

/** Publishes the endpoints of this process's system until the process ends. */
export const announceEndpoints = (folder: string, { ingest, query, consumers, issuer, services }: Announced): void => {
  const endpoints = { format: FORMAT, ingest, query, consumers, issuer, region: process.env['AWS_REGION'], ...services }
  const draft = `${fileIn(folder)}.${process.pid}`
  writeFileSync(draft, JSON.stringify(endpoints, undefined, 2) + '\n')
  // A reader finds the whole file or none.
  renameSync(draft, fileIn(folder))
  process.on('exit', () => rmSync(fileIn(folder), { force: true }))
}

/**
 * Points the AWS SDK of this process at the system that runs on the data in `DAYBOOK_DATA`, with its region and key. When
 * the environment names another service, that one is used, with the region and keys of the environment. Throws an error
 * for people when no system runs.
 */
export const useRunningSystem = (folder: string = readSettings().dataFolder): Endpoints => {
  const endpoints = readEndpoints(folder)
  const { env } = process
  const named = namedServices(env)
  if (SERVICES.every((service) => (named[service] ?? endpoints[service]) === endpoints[service])) {
    useServices(endpoints, endpoints.region)
    return endpoints
  }
  for (const service of SERVICES) env[endpointVariable(service)] = named[service] ?? endpoints[service]
  env['AWS_REGION'] ??= endpoints.region ?? USUAL_REGION
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
