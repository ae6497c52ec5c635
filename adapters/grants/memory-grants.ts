import type { Grant, Subject } from '#ledger/access'
import type { Grants } from '#ledger/ports'

export const memoryGrants = (given: readonly Grant[] = []): Grants => {
  const grants = new Map<Subject, Grant>(given.map((grant) => [grant.subject, grant]))
  return {
    async find(subject) {
      return grants.get(subject)
    },
    async put(grant) {
      grants.set(grant.subject, grant)
    },
    async remove(subject) {
      grants.delete(subject)
    },
  }
}
