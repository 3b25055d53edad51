import { expect, test, vi } from 'vitest'
import { joinEvents } from '#api/join-events.ts'

// The page's own address, which its client reads when it is loaded.
vi.stubGlobal('window', { location: { href: 'http://127.0.0.1/', origin: 'http://127.0.0.1' } })
const { staleAfter } = await import('../../renderer/api/stale.ts')

test('marks on more tiles than an event names make stale what those on a few do, in every window', () => {
  const marked = (count: number) =>
    joinEvents([{ kind: 'marks-changed', batchId: 1, tileIds: Array.from({ length: count }, (_, at) => at + 1) }])
  const few = marked(3).map(staleAfter)
  const many = marked(6000).map(staleAfter)
  expect(few).toMatchObject([{ tileIds: [1, 2, 3] }])
  expect(many).toMatchObject([{ tileIds: 'all' }])
  const keys = many.flatMap((stale) => (stale.keys === 'all' ? [] : stale.keys))
  for (const stale of few) if (stale.keys !== 'all') expect(keys).toEqual(expect.arrayContaining([...stale.keys]))
})
