/** The templates of both edges, made in this process without the code of functions and images. */
import { readFileSync } from 'node:fs'
import { App } from 'aws-cdk-lib'
import { Template } from 'aws-cdk-lib/assertions'
import * as z from 'zod'
import { DaybookStack } from '#infra/aws/daybook-stack'
import { readStage } from '#infra/aws/stage'

export type Context = Readonly<Record<string, string>>

export const ON_CONTAINERS: Context = { edge: 'container', domain: 'books.example.com', hostedZoneId: 'Z123' }

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

const made = new Map<string, Template>()

export const edgeTemplate = (context: Context = {}): Template => {
  const key = JSON.stringify(context)
  const template = made.get(key) ?? synthesize(context)
  made.set(key, template)
  return template
}

const synthesize = (context: Context): Template => {
  const flags = z
    .object({ context: z.record(z.string(), z.unknown()) })
    .parse(JSON.parse(readFileSync('cdk.json', 'utf8')))
  const app = new App({ context: { ...flags.context, 'aws:cdk:bundling-stacks': [], ...context } })
  return Template.fromStack(new DaybookStack(app, readStage(app.node)))
}

/** What a reference of CloudFormation names, wherever it stands: the logical ids inside of it. */
export const referred = (value: unknown): string[] => {
  if (typeof value !== 'object' || value === null) return []
  const { Ref: ref, 'Fn::GetAtt': attribute } = value as { readonly Ref?: string; readonly 'Fn::GetAtt'?: [string] }
  if (ref !== undefined) return [ref]
  if (attribute !== undefined) return [attribute[0]]
  return Object.values(value).flatMap(referred)
}
