import type { Figure } from './figure.ts'

export type Question = { readonly name: string; measure(): Promise<readonly Figure[]> }

/** What is measured, in this order. Each is loaded only where it is asked, in a process of its own. */
export const questions: readonly Question[] = [
  { name: 'write-units', measure: async () => (await import('./write-units.ts')).measureWriteUnits() },
  { name: 'cost', measure: async () => (await import('./cost.ts')).measureCost() },
  { name: 'steps', measure: async () => (await import('./steps.ts')).measureSteps() },
  { name: 'processor', measure: async () => (await import('./processor.ts')).measureProcessor() },
  { name: 'ceiling', measure: async () => (await import('./ceiling.ts')).measureCeiling() },
  { name: 'ingest', measure: async () => (await import('./ingest-batch.ts')).measureIngest() },
  { name: 'load', measure: async () => (await import('./load.ts')).measureLoad() },
  { name: 'cold', measure: async () => (await import('./cold-book.ts')).measureColdBook() },
]
