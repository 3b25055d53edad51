import { type KeyboardEvent, type PointerEvent, useRef, useState } from 'react'
import type { Image } from '#shared/contract/tiles.ts'
import { mediaUrl } from '../api/host.ts'
import styles from './before-after.module.css'
import { splitAfterKey } from './split.ts'

/** The draft over the left part of its final, as large; the line between them is dragged, or moved by the arrow keys. */
export const BeforeAfter = ({ draft }: { draft: Image }) => {
  const [split, setSplit] = useState(50)
  const box = useRef<HTMLDivElement>(null)

  const onPointer = (event: PointerEvent) => {
    event.stopPropagation()
    if (event.type === 'pointerdown') event.currentTarget.setPointerCapture(event.pointerId)
    else if (!event.currentTarget.hasPointerCapture(event.pointerId)) return
    const frame = box.current?.getBoundingClientRect()
    if (frame && frame.width > 0)
      setSplit(Math.max(0, Math.min(100, ((event.clientX - frame.left) / frame.width) * 100)))
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const next = splitAfterKey(split, event.key, event.shiftKey)
    if (next === null) return
    event.preventDefault()
    setSplit(next)
  }
  return (
    <div ref={box} className={styles.box}>
      <img
        src={mediaUrl(draft, 'preview')}
        alt=""
        draggable={false}
        style={{ clipPath: `inset(0 ${100 - split}% 0 0)` }}
      />
      <span className={styles.draft} style={{ opacity: split < 12 ? 0 : 1 }}>
        Draft
      </span>
      <span className={styles.final} style={{ opacity: split > 88 ? 0 : 1 }}>
        Final
      </span>
      <div
        className={styles.line}
        style={{ left: `${split}%` }}
        role="slider"
        tabIndex={0}
        aria-label="How much of the draft is shown"
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(split)}
        aria-valuetext={`${Math.round(split)} percent draft`}
        onKeyDown={onKeyDown}
        onPointerDown={onPointer}
        onPointerMove={onPointer}
        onPointerUp={(event) => event.stopPropagation()}
      >
        <span className={styles.grip} />
      </div>
    </div>
  )
}
