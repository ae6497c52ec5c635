/** Who may do what, by the policies of a template. */
import { textOf, type Json, type JsonObject, type Synthesized } from './synthesized.ts'

export type Statement = {
  /** The type of the resource that has the policy. */
  readonly type: string
  readonly of: string
  readonly effect: Json
  readonly actions: readonly string[]
  readonly resources: readonly string[]
  readonly principal: Json
  readonly condition: Json
  /** The roles that have it, for policies of roles. */
  readonly roles: readonly string[]
}

/** The statements of every policy, of roles and of resources alike. */
export const policiesOf = ({ resources }: Synthesized): Statement[] =>
  resources.flatMap(({ type, logicalId, properties }) =>
    documentsIn(properties).flatMap((document) =>
      (document['Statement'] as readonly JsonObject[]).map((statement) => ({
        type,
        of: logicalId,
        effect: statement['Effect'] ?? null,
        actions: texts(statement['Action']),
        resources: texts(statement['Resource']),
        principal: statement['Principal'] ?? null,
        condition: statement['Condition'] ?? null,
        roles: texts(properties['Roles']),
      })),
    ),
  )

const documentsIn = (value: Json): JsonObject[] => {
  if (typeof value !== 'object' || value === null) return []
  const isDocument = !Array.isArray(value) && 'Statement' in value && 'Version' in value
  return isDocument ? [value] : Object.values(value).flatMap(documentsIn)
}

const texts = (value: Json | undefined): string[] =>
  value === undefined ? [] : (Array.isArray(value) ? (value as readonly Json[]) : [value]).map(textOf)

/** The actions that a function is granted, by resource. */
export const grantsOf = (template: Synthesized, functionName: string): Record<string, string[]> => {
  const role = textOf(template.the('AWS::Lambda::Function', { FunctionName: functionName })['Role']).replace(
    /\.Arn$/,
    '',
  )
  const granted: Record<string, string[]> = {}
  for (const { roles, actions, resources } of policiesOf(template)) {
    if (!roles.includes(role)) continue
    for (const resource of resources) {
      const name = /^keysdata\w+\.Arn$/.test(resource) ? 'data key' : resource
      granted[name] = [...(granted[name] ?? []), ...actions].toSorted()
    }
  }
  return granted
}
