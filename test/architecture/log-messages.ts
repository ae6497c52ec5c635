/**
 * The warnings and errors that code can log, as the compiler knows them: a message may be a literal, a constant, a member
 * of a table, or a parameter whose type lists the texts. What is put into a template is written as "…".
 */
import { relative, resolve } from 'node:path'
import { SyntaxKind, type Expression, type Node, type SourceFile } from 'typescript/unstable/ast'
import {
  isBindingElement,
  isCallExpression,
  isElementAccessExpression,
  isIdentifier,
  isPropertyAccessExpression,
  isTemplateExpression,
} from 'typescript/unstable/ast/is'
import { API, type Checker, type Type } from 'typescript/unstable/sync'

export type LogMessages = {
  /** Each message, and the places that log it, as `file:line`. */
  readonly messages: ReadonlyMap<string, readonly string[]>
  /** The source files that were searched. */
  readonly files: readonly string[]
  /** Places whose message cannot be told from the source text, and why. */
  readonly unknown: readonly string[]
}

const LEVELS: ReadonlySet<string> = new Set(['warn', 'error', 'fatal'])

/** The messages in the files of a project. Its source files are those below its `tsconfig.json` and beside it. */
export const logMessagesOf = (tsconfig: string): LogMessages => {
  const api = new API()
  try {
    const file = resolve(tsconfig)
    const project = api.updateSnapshot({ openProjects: [file] }).getProjects()[0]
    if (project === undefined) throw new Error(`${tsconfig} is no project.`)
    const found = { messages: new Map<string, string[]>(), unknown: [] as string[] }
    const own = project.program.getSourceFileNames().filter((name) => !/\.d\.ts$|\/node_modules\//.test(name))
    for (const name of own) {
      const source = project.program.getSourceFile(name)
      if (source !== undefined && MAY_LOG.test(source.text)) readFile(source, project.checker, found)
    }
    return { ...found, files: own.map((name) => relative('.', name)) }
  } finally {
    api.close()
  }
}

/** Most files name no level at all, and need not be searched. */
const MAY_LOG = /\b(?:warn|error|fatal)\b/

type Found = { readonly messages: Map<string, string[]>; readonly unknown: string[] }

const readFile = (source: SourceFile, checker: Checker, { messages, unknown }: Found): void => {
  const note = (node: Node, message: string) => messages.set(message, [...(messages.get(message) ?? []), place(node)])
  const refuse = (node: Node, why: string) => unknown.push(`${place(node)} ${why}`)
  const place = (node: Node) => {
    const before = source.text.slice(0, node.end).split('\n')
    return `${relative('.', source.fileName)}:${before.length}`
  }

  const visit = (node: Node): void => {
    const message = messageOf(node, checker)
    if (message !== undefined) {
      const texts = textsOf(message, checker)
      if (texts === undefined) refuse(node, NOT_TOLD)
      else for (const text of texts) note(node, text)
      message.parent.forEachChild((child) => {
        if (!isLevelOfLog(child, checker)) visit(child)
      })
      return
    }
    if (isLevelOfLog(node, checker) || takesLevelOut(node, checker)) refuse(node, OUT_OF_SIGHT)
    node.forEachChild(visit)
  }
  visit(source)
}

const NOT_TOLD =
  'logs a message that cannot be told before it runs: write a constant text, or give the variable a type that lists the texts'
const OUT_OF_SIGHT = 'takes a method out of the log: call it as log.warn(…), so that its messages can be found'

/** The message of a call that logs a warning or an error. */
const messageOf = (node: Node, checker: Checker): Expression | undefined => {
  if (!isCallExpression(node)) return undefined
  if (isLevelOfLog(node.expression, checker)) return node.arguments.at(-1)
  // Lines of `npm start` itself: `output.tell(service, level, message)`.
  if (!isPropertyAccessExpression(node.expression) || node.expression.name.text !== 'tell') return undefined
  const [, level, message] = node.arguments
  return level !== undefined && literalsOf(checker.getTypeAtLocation(level))?.some(isLevel) ? message : undefined
}

/** `log.warn`, or `log[level]` with a level that may be one of ours. */
const isLevelOfLog = (node: Node, checker: Checker): boolean => {
  if (isPropertyAccessExpression(node))
    return isLevel(node.name.text) && isLog(node.expression, node.name.text, checker)
  if (!isElementAccessExpression(node)) return false
  const levels = literalsOf(checker.getTypeAtLocation(node.argumentExpression))?.filter(isLevel) ?? []
  return levels.some((level) => isLog(node.expression, level, checker))
}

/** `const { warn } = log` */
const takesLevelOut = (node: Node, checker: Checker): boolean => {
  if (!isBindingElement(node) || node.parent.kind !== SyntaxKind.ObjectBindingPattern) return false
  const { propertyName, name } = node
  const member = propertyName ?? name
  return (
    member !== undefined && isIdentifier(member) && isLevel(member.text) && isLog(node.parent, member.text, checker)
  )
}

const isLevel = (name: string): boolean => LEVELS.has(name)

/** A logger is pino's or a type of ours. The console and streams have methods of these names as well. */
const isLog = (node: Node, level: string, checker: Checker): boolean => {
  const type = checker.getTypeAtLocation(node)
  const method = type && checker.getPropertyOfType(type, level)
  if (method === undefined) return false
  const isMethod = isCallable(checker.getTypeOfSymbol(method), checker)
  return isMethod && !method.declarations.some(({ path }) => /\/@types\/node\/|\/lib\.[\w.]+\.d\.ts$/.test(path))
}

const CALL = 0
const isCallable = (type: Type | undefined, checker: Checker): boolean =>
  type !== undefined && checker.getSignaturesOfType(type, CALL).length > 0

const textsOf = (message: Expression, checker: Checker): readonly string[] | undefined => {
  if (isTemplateExpression(message)) {
    const text = [message.head.text, ...message.templateSpans.map(({ literal }) => literal.text)].join('…')
    // A text that is all variable says nothing that could be listed.
    return /\w/.test(text) ? [text] : undefined
  }
  return literalsOf(checker.getTypeAtLocation(message))
}

/** The texts that a type allows, if it allows no other value. */
const literalsOf = (type: Type | undefined): readonly string[] | undefined => {
  if (type === undefined) return undefined
  if (type.isStringLiteralType()) return [type.value]
  if (!type.isUnionType()) return undefined
  const each = type.getTypes()?.map((one) => literalsOf(one)) ?? []
  return each.includes(undefined) ? undefined : each.flatMap((texts) => texts ?? [])
}
