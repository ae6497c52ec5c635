import type { EntryContent } from '#ledger/entry'
import type { Handling, OptionalSlots } from '#ledger/entry-fields'

/**
 * The entry with those of its optional fields that are there. It is the same object: readers make one for each entry, and
 * a second one would cost as much as all the rest.
 */
export const withOptionalFields = <E extends EntryContent>(required: E, slots: OptionalSlots): E => {
  const { method, category, description, reference }: EverySlot = slots
  const { terminalId, terminalSeq, reverses, metadata }: EverySlot = slots
  const entry: Writable<EntryContent> = required
  if (method !== undefined) entry.method = method
  if (category !== undefined) entry.category = category
  if (description !== undefined) entry.description = description
  if (reference !== undefined) entry.reference = reference
  if (terminalId !== undefined) entry.terminalId = terminalId
  if (terminalSeq !== undefined) entry.terminalSeq = terminalSeq
  if (reverses !== undefined) entry.reverses = reverses
  if (metadata !== undefined) entry.metadata = metadata
  return required
}

type EverySlot = Handling<
  OptionalSlots,
  'method' | 'category' | 'description' | 'reference' | 'terminalId' | 'terminalSeq' | 'reverses' | 'metadata'
>

type Writable<T> = { -readonly [Key in keyof T]: T[Key] }
