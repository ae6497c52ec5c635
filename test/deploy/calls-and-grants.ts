/** The calls that each function made, beside those that its policy in the template allows. */
import type { Call } from './functions-network.ts'

export type Template = { readonly Resources: Readonly<Record<string, Resource | undefined>> }

type Resource = { readonly Type: string; readonly Properties: Readonly<Record<string, unknown>> }

type Compared = {
  readonly caller: string
  readonly action: string
  readonly resource: string
  readonly calls: number
  readonly isGranted: boolean
  /** Why it is granted although the code did not call it here. */
  readonly reason: string | undefined
}

type Reason = { readonly caller?: RegExp; readonly action: RegExp; readonly resource?: RegExp; readonly why: string }

/** Grants that no call of the run used, and why the function has them nevertheless. */
const REASONS: readonly Reason[] = [
  { action: /^logs:/, why: 'Lambda writes the log with the role.' },
  { action: /^kms:/, why: 'The services use the key for the caller; the emulator does not.' },
  {
    caller: /-(journal|archive)$/,
    action: /^kinesis:(GetRecords|GetShardIterator|DescribeStream|DescribeStreamSummary|ListShards)$/,
    why: 'The event source mapping reads with the role.',
  },
  {
    caller: /-(journal|archive)$/,
    action: /^s3:(PutObject|ListBucket)$/,
    why: 'The event source mapping files failed batches with the role.',
  },
  {
    caller: /-journal$/,
    action: /^dynamodb:GetItem$/,
    resource: /-days$/,
    why: 'A day that is closed, or was opened before a crash, refuses to be opened.',
  },
  {
    caller: /-ingest$/,
    action: /^dynamodb:Query$/,
    resource: /-quarantine$/,
    why: 'An item of more than 300 KB is in parts.',
  },
]

/** Each call that was made or is granted, once. */
export const compareWithGrants = (calls: readonly Call[], template: Template): readonly Compared[] => {
  const counts = new Map<string, number>()
  for (const { caller, action, resource } of calls) {
    const key = JSON.stringify([caller, action, resource])
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  const granted = new Set(
    grantsOf(template).map(({ caller, action, resource }) => JSON.stringify([caller, action, resource])),
  )
  return [...new Set([...counts.keys(), ...granted])].toSorted().map((key) => {
    const [caller, action, resource] = JSON.parse(key) as [string, string, string]
    const made = counts.get(key) ?? 0
    const reason = REASONS.find(
      (of) => (of.caller?.test(caller) ?? true) && of.action.test(action) && (of.resource?.test(resource) ?? true),
    )?.why
    return {
      caller,
      action,
      resource,
      calls: made,
      isGranted: granted.has(key),
      reason: made === 0 ? reason : undefined,
    }
  })
}

/** Whether everything called is granted, and everything granted is called or has its reason. */
export const isExplained = ({ calls, isGranted, reason }: Compared): boolean =>
  isGranted && (calls > 0 || reason !== undefined)

const grantsOf = ({ Resources }: Template): readonly Call[] => {
  const all = Object.values(Resources).filter((resource) => resource !== undefined)
  const policies = all.filter(({ Type }) => Type === 'AWS::IAM::Policy')
  return all
    .filter(({ Type }) => Type === 'AWS::Lambda::Function')
    .flatMap(({ Properties }) => {
      const role = (Properties['Role'] as { readonly 'Fn::GetAtt': readonly [string] })['Fn::GetAtt'][0]
      return policies
        .map((policy) => policy.Properties as unknown as PolicyProperties)
        .filter(({ Roles }) => Roles.some(({ Ref }) => Ref === role))
        .flatMap(({ PolicyDocument }) => PolicyDocument.Statement)
        .flatMap(({ Action, Resource }) =>
          [Action].flat().flatMap((action) =>
            [Resource].flat().map((resource) => ({
              caller: Properties['FunctionName'] as string,
              action,
              resource: nameOf(resource, Resources),
            })),
          ),
        )
    })
}

type PolicyProperties = {
  readonly Roles: readonly { readonly Ref: string }[]
  readonly PolicyDocument: {
    readonly Statement: readonly {
      readonly Action: string | readonly string[]
      readonly Resource: Arn | readonly Arn[]
    }[]
  }
}

type Arn =
  string | { readonly 'Fn::GetAtt': readonly [string, string] } | { readonly 'Fn::Join': readonly ['', readonly Arn[]] }

/** The name under which calls know what the policy names by its ARN, and what follows it. */
const nameOf = (arn: Arn, resources: Template['Resources']): string => {
  if (typeof arn === 'string') return arn
  if ('Fn::Join' in arn) return arn['Fn::Join'][1].map((part) => nameOf(part, resources)).join('')
  const id = arn['Fn::GetAtt'][0]
  const properties = resources[id]?.Properties ?? {}
  const name = NAMES.map((property) => properties[property]).find((value) => typeof value === 'string')
  return typeof name === 'string' ? name : id
}

const NAMES = ['TableName', 'DeliveryStreamName', 'LogGroupName', 'Name']
