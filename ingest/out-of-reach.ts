/** A table did not answer. Whatever else is thrown on the way is a fault of ours, which no second try mends. */
export class OutOfReach extends Error {}

export const orOutOfReach = async <T>(answer: Promise<T>): Promise<T> => {
  try {
    return await answer
  } catch (cause) {
    throw new OutOfReach('the table is out of reach', { cause })
  }
}
