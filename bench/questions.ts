import type { Figure } from './rig/figure.ts'

export type Question = { readonly name: string; measure(): Promise<readonly Figure[]> }

/** The questions in the order in which they are measured. Each is loaded only in the process that measures it. */
export const questions: readonly Question[] = [
  { name: 'write-units', measure: async () => (await import('./questions/write-units.ts')).measureWriteUnits() },
  { name: 'closing', measure: async () => (await import('./questions/closing.ts')).measureClosing() },
  { name: 'cost', measure: async () => (await import('./questions/cost.ts')).measureCost() },
  { name: 'steps', measure: async () => (await import('./questions/steps.ts')).measureSteps() },
  { name: 'processor', measure: async () => (await import('./questions/processor.ts')).measureProcessor() },
  { name: 'ceiling', measure: async () => (await import('./questions/ceiling.ts')).measureCeiling() },
  { name: 'access', measure: async () => (await import('./questions/access.ts')).measureAccess() },
  { name: 'ingest', measure: async () => (await import('./questions/ingest-batch.ts')).measureIngest() },
  { name: 'load', measure: async () => (await import('./questions/load.ts')).measureLoad() },
  { name: 'cold', measure: async () => (await import('./questions/cold-book.ts')).measureColdBook() },
]
