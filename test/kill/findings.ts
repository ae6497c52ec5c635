/** Failures by kind, each with the ids that show it. */
export class Findings {
  readonly #subjects = new Map<string, string[]>()

  add(kind: string, subject: string): void {
    const subjects = this.#subjects.get(kind) ?? []
    subjects.push(subject)
    this.#subjects.set(kind, subjects)
  }

  get isEmpty(): boolean {
    return this.#subjects.size === 0
  }

  of(kind: string): readonly string[] {
    return this.#subjects.get(kind) ?? []
  }

  toString(): string {
    const line = ([kind, subjects]: [string, string[]]) => {
      const more = subjects.length > SHOWN ? `, … (${subjects.length} in all)` : ''
      return `${kind}: ${subjects.slice(0, SHOWN).join(', ')}${more}`
    }
    return Array.from(this.#subjects, line).join('\n')
  }
}

const SHOWN = 10
