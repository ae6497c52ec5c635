/** Measures one question of `npm run bench` in a fresh process: node bench/ask.ts <name> */
import { questions } from './questions.ts'

const question = questions.find(({ name }) => name === process.argv[2])
if (question === undefined) throw new Error(`there is no question "${process.argv[2]}"`)
const figures = await question.measure()
process.send?.(figures, () => process.disconnect())
