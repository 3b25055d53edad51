import type { Storage } from '#engine/storage/storage.ts'

interface Searched {
  readonly text: string
  readonly clientId: string | null
  readonly columns: Readonly<Record<string, string>>
}

/** What a search looks through, each on a line: the prompt, and what id and columns hold beside it. */
const wordsOf = ({ text, clientId, columns }: Searched): string => {
  const words = [text]
  for (const value of [clientId ?? '', ...Object.values(columns)])
    if (value !== '' && !words.some((other) => other.includes(value))) words.push(value)
  return words.join('\n')
}

/** Prompts that are not in the index yet: those below the one id, and those from the other on; null for none of these. */
interface Left {
  readonly below: number
  readonly waitingFrom: number | null
}

interface StoredWords extends Omit<Searched, 'columns'> {
  readonly id: number
  readonly columnsJson: string
}

/**
 * The search index beside the prompts. Every call is inside the transaction that changes the prompt itself. The prompts of
 * a whole sheet wait for the index until their batch is stored: it costs more than all the rest of storing them.
 */
export function openPromptWords(storage: Storage) {
  const insert = storage.prepare<[number, string]>('INSERT INTO prompt_search (rowid, words) VALUES (?, ?)')
  const remove = storage.prepare<[number]>('DELETE FROM prompt_search WHERE rowid = ?')
  const removeBatch = storage.prepare<[number, number]>(
    'DELETE FROM prompt_search WHERE rowid IN (SELECT id FROM prompt WHERE batch_id = ? AND id < ?)',
  )
  const left = storage.prepare<[], Left>('SELECT below, waiting_from AS waitingFrom FROM prompt_search_left')
  const setBelow = storage.prepare<[number]>('UPDATE prompt_search_left SET below = ?')
  const setWaiting = storage.prepare<[number | null]>('UPDATE prompt_search_left SET waiting_from = ?')
  const wordColumns = 'id, text, client_id AS clientId, columns_json AS columnsJson'
  const older = storage.prepare<[number, number], StoredWords>(
    `SELECT ${wordColumns} FROM prompt WHERE id < ? ORDER BY id DESC LIMIT ?`,
  )
  const waiting = storage.prepare<[number, number], StoredWords>(
    `SELECT ${wordColumns} FROM prompt WHERE id >= ? ORDER BY id LIMIT ?`,
  )

  const leftNow = (): Left => left.get() ?? { below: 0, waitingFrom: null }
  const endOf = ({ waitingFrom }: Left): number => waitingFrom ?? Number.MAX_SAFE_INTEGER

  return {
    add(promptId: number, prompt: Searched): void {
      if (promptId < endOf(leftNow())) insert.run(promptId, wordsOf(prompt))
    },
    /** This prompt, and every one that is added while it waits, is indexed by `indexSome`. */
    addLater(promptId: number): void {
      if (promptId < endOf(leftNow())) setWaiting.run(promptId)
    },
    replace(promptId: number, prompt: Searched): void {
      const now = leftNow()
      // One that is still to be indexed will be, with its new words.
      if (promptId < now.below || promptId >= endOf(now)) return
      remove.run(promptId)
      insert.run(promptId, wordsOf(prompt))
    },
    dropBatch: (batchId: number): void => void removeBatch.run(batchId, endOf(leftNow())),

    /**
     * Indexes up to `count` prompts: those that wait, then those of a library from before there was an index, the newest
     * first. True when all are in.
     */
    indexSome(count: number, columnsOf: (json: string) => Readonly<Record<string, string>>): boolean {
      const { below, waitingFrom } = leftNow()
      const add = ({ id, columnsJson, ...prompt }: StoredWords): void =>
        void insert.run(id, wordsOf({ ...prompt, columns: columnsOf(columnsJson) }))
      if (waitingFrom !== null) {
        const prompts = waiting.all(waitingFrom, count)
        prompts.forEach(add)
        setWaiting.run(prompts.length < count ? null : (prompts.at(-1)?.id ?? 0) + 1)
        return false
      }
      if (below <= 1) return true
      const prompts = older.all(below, count)
      prompts.forEach(add)
      setBelow.run(prompts.at(-1)?.id ?? 0)
      return false
    },
  }
}
