import { createInterface } from 'node:readline/promises'
import type { Terminal } from './terminal.ts'

/** Whether a person at the terminal types the wanted word. False when no person can be asked. */
export const isConfirmed = async (terminal: Terminal, question: string, word: string): Promise<boolean> => {
  if (!process.stdin.isTTY) return false
  terminal.complain(question)
  const lines = createInterface({ input: process.stdin })
  try {
    for await (const line of lines) return line.trim() === word
    return false
  } finally {
    lines.close()
  }
}
