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

/** The search index beside the prompts. Every call is inside the transaction that changes the prompt itself. */
export function openPromptWords(storage: Storage) {
  const insert = storage.prepare<[number, string]>('INSERT INTO prompt_search (rowid, words) VALUES (?, ?)')
  const remove = storage.prepare<[number]>('DELETE FROM prompt_search WHERE rowid = ?')
  const removeBatch = storage.prepare<[number]>(
    'DELETE FROM prompt_search WHERE rowid IN (SELECT id FROM prompt WHERE batch_id = ?)',
  )
  const below = storage.prepare<[], number>('SELECT below FROM prompt_search_left').pluck()
  const setBelow = storage.prepare<[number]>('UPDATE prompt_search_left SET below = ?')
  const older = storage.prepare<
    [number, number],
    { id: number; text: string; clientId: string | null; columnsJson: string }
  >(
    `SELECT id, text, client_id AS clientId, columns_json AS columnsJson FROM prompt WHERE id < ? ORDER BY id DESC LIMIT ?`,
  )

  return {
    add: (promptId: number, prompt: Searched): void => void insert.run(promptId, wordsOf(prompt)),
    replace(promptId: number, prompt: Searched): void {
      // One that is still to be indexed will be, with its new words.
      if (promptId < (below.get() ?? 0)) return
      remove.run(promptId)
      insert.run(promptId, wordsOf(prompt))
    },
    dropBatch: (batchId: number): void => void removeBatch.run(batchId),

    /** Indexes up to `count` prompts of a library from before there was an index, the newest first. True when all are in. */
    indexOlder(count: number, columnsOf: (json: string) => Readonly<Record<string, string>>): boolean {
      const from = below.get() ?? 0
      if (from <= 1) return true
      const prompts = older.all(from, count)
      for (const { id, columnsJson, ...prompt } of prompts)
        insert.run(id, wordsOf({ ...prompt, columns: columnsOf(columnsJson) }))
      setBelow.run(prompts.at(-1)?.id ?? 0)
      return false
    },
  }
}
