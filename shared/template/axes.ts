import { sampleOf } from './random.ts'

/** A named list whose values a prompt is made with, one after another. */
export interface Axis {
  readonly name: string
  readonly values: readonly string[]
  /** Axes of one group go forward together; those without one are each a group of their own. */
  readonly group?: number | undefined
}

/** One value of each axis, by the axis' name. */
export type Combination = Readonly<Record<string, string>>

/** More combinations than that are never made: only counted. */
const mostCombinations = 2 ** 31

/**
 * All combinations of axes: every group crossed with every other, the first group slowest; within a group the first
 * values together, then the second ones, and so on to the end of the shortest.
 */
export function combinationsOf(axes: readonly Axis[]): { count: number; at: (index: number) => Combination } {
  const groups = [
    ...Map.groupBy(axes, (axis, place) => (axis.group === undefined ? `alone ${place}` : axis.group)).values(),
  ]
  const sizes = groups.map((group) => Math.min(...group.map((axis) => axis.values.length)))
  return {
    count: sizes.reduce((product, size) => Math.min(mostCombinations, product * size), 1),
    at(index) {
      let left = index
      const values: [string, string][] = []
      for (let place = groups.length - 1; place >= 0; place--) {
        const size = sizes[place] ?? 1
        for (const axis of groups[place] ?? []) values.unshift([axis.name, axis.values[left % size] ?? ''])
        left = Math.floor(left / size)
      }
      return Object.fromEntries(values)
    },
  }
}

/** The first combinations, at most so many. */
export function firstCombinations(axes: readonly Axis[], most: number): Combination[] {
  const { count, at } = combinationsOf(axes)
  return Array.from({ length: Math.min(count, most) }, (_, index) => at(index))
}

/** `n` different combinations of a row in their order, or all where there are no more; the same for the same seeds. */
export function someCombinations(
  axes: readonly Axis[],
  sample: { readonly n: number; readonly seed: number } | undefined,
  row: number,
): Combination[] {
  const { count, at } = combinationsOf(axes)
  return sample === undefined ? firstCombinations(axes, count) : sampleOf(count, sample.n, sample.seed, row).map(at)
}
