import type { Verb } from '#shared/contract/review.ts'

/** What a person would have said by the middle of the work: every image's part is drawn from its place, always the same. */
export function marksFor(imageIds: readonly number[]): { verb: Verb; wanted: readonly number[] }[] {
  const some = (share: number, salt: number): number[] => imageIds.filter((_, at) => drawnAt(at, salt) < share)
  const between = (from: number, to: number): number[] =>
    imageIds.filter((_, at) => drawnAt(at, 1) >= from && drawnAt(at, 1) < to)
  return [
    { verb: { kind: 'approve' }, wanted: between(0, 0.28) },
    { verb: { kind: 'reject' }, wanted: between(0.28, 0.6) },
    { verb: { kind: 'hires', on: true }, wanted: between(0, 0.03) },
    { verb: { kind: 'reroll', on: true }, wanted: between(0.55, 0.56) },
    ...([1, 2, 3, 4, 5] as const).map((rating) => ({
      verb: { kind: 'rate' as const, rating },
      wanted: some(0.05, 10 + rating),
    })),
    ...(['red', 'yellow', 'green', 'blue'] as const).map((label, at) => ({
      verb: { kind: 'label' as const, label },
      wanted: some(0.03, 20 + at),
    })),
  ]
}

/** 0 to 1, by place and salt (Knuth's multiplicative hash). */
const drawnAt = (at: number, salt: number): number => (((at + 1) * 2654435761 + salt * 40503) >>> 0) / 2 ** 32
