/** The template of a stage, made in this process without the code of the functions. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { App, Validations } from 'aws-cdk-lib'
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag'
import { DaybookStack } from '#infra/aws/daybook-stack'
import { readStage } from '#infra/aws/stage'

/** JSON of a template, with references as text: the physical name of what is referred to, and `.Arn` after it. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [member: string]: Json }
export type JsonObject = { readonly [member: string]: Json }

/** What is no text is written as JSON, so that a message shows it. */
export const textOf = (value: Json | undefined): string => (typeof value === 'string' ? value : JSON.stringify(value))

type Resource = {
  readonly logicalId: string
  readonly type: string
  readonly properties: JsonObject
  readonly deletionPolicy: Json
}

export type Synthesized = {
  /** As CloudFormation gets it. */
  readonly text: string
  readonly outputs: Readonly<Record<string, Json>>
  readonly resources: readonly Resource[]
  of(type: string): readonly Resource[]
  /** The only resource of the type that has these properties. */
  the(type: string, having?: JsonObject): JsonObject
}

const made = new Map<string, Synthesized>()

/** Each stage is made once in a process. Nothing checks it, because the rules take six seconds of a process. */
export const synthesized = (context: Readonly<Record<string, string>> = {}): Synthesized => {
  const key = JSON.stringify(context)
  const known = made.get(key) ?? synthesize(context)
  made.set(key, known)
  return known
}

/** Throws when the CDK's own rules or cdk-nag find in the template what is not accepted with a reason. */
export const checkTemplate = (context: Readonly<Record<string, string>>): void =>
  void synthesize(context, { isChecked: true })

const synthesize = (context: Readonly<Record<string, string>>, { isChecked = false } = {}): Synthesized => {
  const outdir = mkdtempSync(join(tmpdir(), 'daybook-template-'))
  const exitCode = process.exitCode
  try {
    const flags = (JSON.parse(readFileSync('cdk.json', 'utf8')) as { context: Record<string, unknown> }).context
    const app = new App({
      outdir,
      context: { ...flags, 'aws:cdk:bundling-stacks': [], ...context },
      builtinCloudFormationValidation: isChecked,
    })
    const stack = new DaybookStack(app, readStage(app.node))
    if (isChecked) Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app))
    const template = app.synth().getStackByName(stack.stackName).template as RawTemplate
    return readable(template)
  } finally {
    // With a finding, the CDK would make this process fail, whatever the test says of it.
    process.exitCode = exitCode
    rmSync(outdir, { recursive: true, force: true })
  }
}

type RawResource = {
  readonly Type: string
  readonly Properties?: JsonObject
  readonly DeletionPolicy?: Json
}
type RawTemplate = {
  readonly Resources: Readonly<Record<string, RawResource>>
  readonly Outputs: Readonly<Record<string, { readonly Value: Json }>>
}

const readable = (template: RawTemplate): Synthesized => {
  const nameOf = (id: string): string => textOf(read(physicalName(template.Resources[id]?.Properties) ?? id))
  const read = (value: Json): Json => {
    if (typeof value !== 'object' || value === null) return value
    if (Array.isArray(value)) return value.map(read)
    const { Ref: ref, 'Fn::GetAtt': attribute, 'Fn::Join': join } = value as JsonObject
    if (typeof ref === 'string') return nameOf(ref)
    if (Array.isArray(attribute)) return `${nameOf(textOf(attribute[0]))}.${textOf(attribute[1])}`
    if (Array.isArray(join)) return (join[1] as readonly Json[]).map((part) => textOf(read(part))).join(textOf(join[0]))
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, read(member)]))
  }
  const resources = Object.entries(template.Resources).map(([logicalId, raw]) => ({
    logicalId,
    type: raw.Type,
    properties: read(raw.Properties ?? {}) as JsonObject,
    deletionPolicy: raw.DeletionPolicy ?? null,
  }))
  const of = (type: string) => resources.filter((resource) => resource.type === type)
  return {
    text: JSON.stringify(template),
    outputs: Object.fromEntries(Object.entries(template.Outputs).map(([name, { Value }]) => [name, read(Value)])),
    resources,
    of,
    the: (type, having = {}) => {
      const found = of(type).filter(({ properties }) =>
        Object.entries(having).every(([name, value]) => JSON.stringify(properties[name]) === JSON.stringify(value)),
      )
      const [only] = found
      if (only === undefined || found.length > 1)
        throw new Error(`${found.length} of ${type} have ${JSON.stringify(having)}`)
      return only.properties
    },
  }
}

/** What names a resource outside the template. */
const NAMES = [
  'TableName',
  'BucketName',
  'FunctionName',
  'DeliveryStreamName',
  'TopicName',
  'LogGroupName',
  'LogStreamName',
  'StateMachineName',
  'UserPoolName',
  'BackupVaultName',
  'AliasName',
  'Domain',
  'Name',
]

const physicalName = (properties: JsonObject = {}): Json | undefined => {
  const { DatabaseInput, TableInput } = properties as Readonly<Record<string, JsonObject>>
  return [...NAMES.map((name) => properties[name]), DatabaseInput?.['Name'], TableInput?.['Name']].find(
    (name) => name !== undefined,
  )
}
