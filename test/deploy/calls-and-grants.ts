/** The calls that each function made, beside those that its policy in the template allows. */
import { lastOfArn, type Call } from './functions-network.ts'

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
    resource: /-archive-/,
    why: 'The event source mapping files failed batches with the role.',
  },
  {
    caller: /-journal$/,
    action: /^dynamodb:GetItem$/,
    resource: /-days$/,
    why: 'A day that is closed, or was opened before a crash, refuses to be opened.',
  },
  {
    caller: /-archive$/,
    action: /^s3:ListBucket$/,
    resource: /-seals-/,
    why: 'Without it, S3 answers 403 for a seal that is not there yet; the emulator answers 404 anyway.',
  },
  {
    caller: /-close$/,
    action: /^(glue:|s3:)/,
    why: 'Athena reads and writes with the permissions of its caller; here, DuckDB answers for Athena.',
  },
  { caller: /-close$/, action: /^athena:StopQueryExecution$/, why: 'A statement is stopped after 30 minutes.' },
  {
    caller: /-journal$/,
    action: /^dynamodb:ConditionCheckItem$/,
    why: 'An item that is aside already, as after a crash, is checked instead of put.',
  },
  {
    caller: /-(ingest|journal)$/,
    action: /^dynamodb:Query$/,
    resource: /-quarantine$/,
    why: 'An item of more than 300 KB is in parts.',
  },
]

/** Each call that was made or is granted, once. Calls are counted under the grant that covers them. */
export const compareWithGrants = (calls: readonly Call[], template: Template, place: Place): readonly Compared[] => {
  const grants = grantsOf(template, place)
  const counts = new Map<string, number>(grants.map((grant) => [keyOf(grant), 0]))
  for (const call of calls) {
    const key = keyOf(grants.find((grant) => covers(grant, call)) ?? call)
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  const granted = new Set(grants.map(keyOf))
  return [...counts]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, made]) => {
      const [caller, action, resource] = JSON.parse(key) as [string, string, string]
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

const keyOf = ({ caller, action, resource }: Call): string => JSON.stringify([caller, action, resource])

/** Whether a grant allows a call. In our policies `*` stands at the end only. */
const covers = (grant: Call, { caller, action, resource }: Call): boolean => {
  const isSame = grant.resource.endsWith('*')
    ? resource.startsWith(grant.resource.slice(0, -1))
    : resource === grant.resource
  return grant.caller === caller && grant.action === action && isSame
}

/** Whether everything called is granted, and everything granted is called or has its reason. */
export const isExplained = ({ calls, isGranted, reason }: Compared): boolean =>
  isGranted && (calls > 0 || reason !== undefined)

/** Where a template is deployed: what it says by `AWS::Region` and the like. */
export type Place = { readonly account: string; readonly region: string }

const grantsOf = ({ Resources }: Template, place: Place): readonly Call[] => {
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
              resource: lastOfArn(textOf(resource, Resources, place)),
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
      readonly Resource: Text | readonly Text[]
    }[]
  }
}

type Text =
  | string
  | { readonly Ref: string }
  | { readonly 'Fn::GetAtt': readonly [string, string] }
  | { readonly 'Fn::Join': readonly ['', readonly Text[]] }

/** A text of the template, with the name under which calls know a resource in the place of its ARN. */
const textOf = (text: Text, resources: Template['Resources'], place: Place): string => {
  if (typeof text === 'string') return text
  if ('Fn::Join' in text) return text['Fn::Join'][1].map((part) => textOf(part, resources, place)).join('')
  const id = 'Ref' in text ? text.Ref : text['Fn::GetAtt'][0]
  if (id.startsWith('AWS::')) return { 'AWS::AccountId': place.account, 'AWS::Region': place.region }[id] ?? 'aws'
  const properties = resources[id]?.Properties ?? {}
  const name = NAMES.map((property) => properties[property]).find((value) => value !== undefined)
  return name === undefined ? id : textOf(name as Text, resources, place)
}

const NAMES = ['TableName', 'DeliveryStreamName', 'LogGroupName', 'BucketName', 'Name']
