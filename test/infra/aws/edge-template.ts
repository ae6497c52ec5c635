/** The templates of both edges, made in this process without the code of functions and images. */
import { Template } from 'aws-cdk-lib/assertions'
import * as z from 'zod'
import { synthesized } from './synthesized.ts'

export type Context = Readonly<Record<string, string>>

export const NAMED: Context = { domain: 'books.example.com', hostedZoneId: 'Z123' }
export const ON_CONTAINERS: Context = { edge: 'container', ...NAMED }
/** With a certificate that was made elsewhere, and no hosted zone. */
export const CERTIFIED: Context = {
  ...ON_CONTAINERS,
  hostedZoneId: '',
  certificateArn: 'arn:aws:acm:us-east-1:111122223333:certificate/a',
}

/** Templates take seconds each, on a busy machine many. */
export const SYNTHESIS_MS = 120_000

/** Resources of one type, with the properties that a test reads, by their logical ids. */
export const resources = <Shape extends z.ZodRawShape>(
  context: Context,
  type: string,
  shape: Shape,
): ({ readonly id: string } & z.infer<z.ZodObject<Shape>>)[] => {
  const properties = z.object(shape)
  return Object.entries(edgeTemplate(context).findResources(type)).map(([id, found]) => {
    const { Properties: ofIt } = found as { readonly Properties?: unknown }
    return { id, ...properties.parse(ofIt) }
  })
}

export const edgeTemplate = (context: Context = {}): Template =>
  Template.fromJSON(JSON.parse(synthesized(context).text) as Record<string, unknown>)

/** What a reference of CloudFormation names, wherever it stands: the logical ids inside of it. */
export const referred = (value: unknown): string[] => {
  if (typeof value !== 'object' || value === null) return []
  const { Ref: ref, 'Fn::GetAtt': attribute } = value as { readonly Ref?: string; readonly 'Fn::GetAtt'?: [string] }
  if (ref !== undefined) return [ref]
  if (attribute !== undefined) return [attribute[0]]
  return Object.values(value).flatMap(referred)
}
