import { Stack, Validations } from 'aws-cdk-lib'
import type { IConstruct } from 'constructs'

/** Findings of cdk-nag that we accept here and below, and why. Those of the pack Serverless have it in their names. */
export const accept = (at: IConstruct, findings: Readonly<Record<string, string>>): void => {
  for (const [rule, reason] of Object.entries(findings)) {
    const id = rule.startsWith('Serverless-') ? `Serverless::${rule}` : `AwsSolutions::AwsSolutions-${rule}`
    Validations.of(at).acknowledge({ id, reason })
  }
}

/** The finding that a policy allows its calls on many objects: cdk-nag asks for a reason for each. */
export const acceptWildcard = (at: IConstruct, resource: string, reason: string): void =>
  accept(at, { [`IAM5[Resource::${asFound(Stack.of(at).resolve(resource))}]`]: reason })

/** A resource as cdk-nag writes it: references stand between < and >. */
const asFound = (resolved: unknown): string => {
  if (typeof resolved === 'string') return resolved
  const { 'Fn::Join': join, 'Fn::GetAtt': attribute, Ref: ref } = resolved as Intrinsic
  if (join !== undefined) return join[1].map(asFound).join(join[0])
  return `<${attribute?.join('.') ?? ref}>`
}

type Intrinsic = {
  readonly 'Fn::Join'?: readonly [separator: string, parts: readonly unknown[]]
  readonly 'Fn::GetAtt'?: readonly string[]
  readonly Ref?: string
}
