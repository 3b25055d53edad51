import { useDeferredValue, useEffect, useRef, useState } from 'react'
import { useCommands, useKeyOf } from '../keys/command-center.tsx'
import { Icon } from '../ui/icon.tsx'
import { Kbd } from '../ui/kbd.tsx'
import styles from './filter-bar.module.css'

/** Finds as she types; Escape gives the keys back to the grid, twice clears. */
export const Search = ({ words, onSearch }: { words: string; onSearch: (words: string) => void }) => {
  const input = useRef<HTMLInputElement>(null)
  const [typed, setTyped] = useState(words)
  const settled = useDeferredValue(typed)
  // Words that came from elsewhere: a saved view, or a filter that was cleared.
  const [known, setKnown] = useState(words)
  if (words !== known) {
    setKnown(words)
    if (words !== typed.trim()) setTyped(words)
  }
  const search = useRef(onSearch)
  useEffect(() => {
    search.current = onSearch
  })
  useEffect(() => {
    const timer = setTimeout(() => {
      if (settled.trim() !== words) search.current(settled.trim())
    }, 60)
    return () => clearTimeout(timer)
  }, [settled, words])
  const searchKey = useKeyOf()('search')
  useCommands({ search: () => input.current?.select() })
  return (
    <label className={styles.search}>
      <Icon name="search" size={13} />
      <span className="visually-hidden">Search prompts and columns</span>
      <input
        ref={input}
        type="search"
        value={typed}
        placeholder="Search"
        onChange={(event) => setTyped(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape' && typed !== '') setTyped('')
          else if (event.key !== 'Escape' && event.key !== 'Enter') return
          event.preventDefault()
          if (event.key === 'Enter' || typed === '') document.querySelector<HTMLElement>('[data-region=grid]')?.focus()
        }}
      />
      {typed === '' && searchKey && <Kbd keys={searchKey} />}
    </label>
  )
}
