/** The one public host before both services: its name, and which service answers which request. */
import type { IMetric } from 'aws-cdk-lib/aws-cloudwatch'
import type { Node } from 'constructs'
import { INGEST_ROUTES, QUERY_ROUTES, type Route, type Routes } from '#wire/http/routes'
import type { DaybookFunction } from './function.ts'

/** What an edge is to the rest of the stack. */
export type PublicHost = {
  /** Without a slash at the end. */
  readonly url: string
  /** Answers 5xx, as a number in a minute. */
  readonly serverErrors: IMetric
  /** The functions that it runs. */
  readonly functions: readonly DaybookFunction[]
}

/** A path of the host, as OpenAPI writes it, and the methods that ingest answers there. */
export type IngestPath = { readonly path: string; readonly methods: 'all' | readonly string[] }

/**
 * What ingest answers. The query API answers everything else, unknown paths included.
 *
 * A path of ingest alone is ingest's for all methods, so that ingest says which ones it takes. A path of both services goes
 * to ingest by method. OPTIONS does, too: a browser asks whether a page may send PUT or PATCH, which only ingest allows, and
 * sends GET and HEAD whatever the answer says of methods (Fetch standard, "CORS-safelisted method").
 */
export const ingestPaths = (): readonly IngestPath[] => {
  const asked = new Set(routesOf(QUERY_ROUTES).map(({ path }) => anonymous(path)))
  const byPath = Map.groupBy(routesOf(INGEST_ROUTES), ({ path }) => path)
  return Array.from(byPath, ([path, routes]) => {
    const isShared = asked.has(anonymous(path))
    return { path, methods: isShared ? [...routes.map(({ method }) => method), 'OPTIONS'] : 'all' }
  })
}

/** A path without the names of its parameters, which the two services choose for themselves. */
export const anonymous = (path: string): string => path.replaceAll(/\{\w+\}/g, '{}')

const routesOf = (table: Routes): readonly Route[] => Object.values(table)

/** A name of our own for the host, with its certificate. */
export type Domain = {
  readonly name: string
  /** The zone of Route 53 that gets the record of the name and proves to the certificate whose name it is. */
  readonly hostedZoneId: string | undefined
  /** A certificate of AWS Certificate Manager in this region. Undefined: one is made, which takes the zone. */
  readonly certificateArn: string | undefined
}

/**
 * The domain that the context names: `-c domain=books.example.com` with `-c hostedZoneId=Z…`, `-c certificateArn=arn:…`, or
 * both. Nothing is looked up, so it takes no account to synthesize.
 */
export const readDomain = (node: Node): Domain | undefined => {
  const context = (name: string): string | undefined => {
    const value = String(node.tryGetContext(name) ?? '')
    return value === '' ? undefined : value
  }
  const [name, hostedZoneId, certificateArn] = [context('domain'), context('hostedZoneId'), context('certificateArn')]
  if (name === undefined) {
    if (hostedZoneId === undefined && certificateArn === undefined) return undefined
    throw new Error('-c hostedZoneId and -c certificateArn belong to a domain. Add -c domain=books.example.com.')
  }
  if (!/^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$/.test(name)) {
    throw new Error(`-c domain=${name}: a domain is written in small letters without https://, as books.example.com.`)
  }
  if (hostedZoneId === undefined && certificateArn === undefined) {
    throw new Error(
      `-c domain=${name} takes a certificate. Add -c hostedZoneId=Z… (Route 53 gets its proof and the record of the name), ` +
        'or -c certificateArn=arn:… of this region (you set the record of the name yourself).',
    )
  }
  return { name, hostedZoneId, certificateArn }
}
