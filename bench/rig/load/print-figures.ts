import { loadavg } from 'node:os'
import { isMet, type Figure } from '../figure.ts'

/** Prints a line for each figure as it comes; a broken promise makes the exit code of this process 1. */
export const printFigure = (figure: Figure): void => {
  const met = isMet(figure)
  if (met === false) process.exitCode = 1
  const verdict = met === undefined ? '' : met ? 'as promised' : 'BROKEN'
  const { what, value, unit, note } = figure
  const line = `${what.padEnd(62)}${numberText(value).padStart(11)} ${unit.padEnd(11)}${targetText(figure).padEnd(18)}${verdict}`
  console.log(line.trimEnd())
  if (note !== undefined) console.log(`  ${note}`)
}

/** The conditions under which the figures were taken. */
export const printMachine = (): void => {
  const [load = 0] = loadavg()
  console.log(
    `Node ${process.version}, ${navigator.hardwareConcurrency} cores, load average ${load.toFixed(1)} at the start\n`,
  )
}

const numberText = (value: number): string =>
  value.toLocaleString('en', { maximumFractionDigits: Math.abs(value) >= 100 ? 0 : 2 })

const targetText = ({ target }: Figure): string => {
  if (target === undefined) return ''
  if ('atMost' in target) return target.atMost === 0 ? 'expected: 0' : `at most ${numberText(target.atMost)}`
  if ('atLeast' in target) return `at least ${numberText(target.atLeast)}`
  return `below ${numberText(target.below)}`
}
