import { type PointerEvent, type ReactNode, useEffect, useRef } from 'react'
import type { Image } from '#shared/contract/tiles.ts'
import { classNames } from '../ui/class-names.ts'
import { useSize } from '../ui/use-size.ts'
import { Layers } from './layers.tsx'
import styles from './stage.module.css'
import { centreOf, fitScale, heldCentre, type Look, linkedScale, type Point, panOf, zoomedAt } from './zoom.ts'

const middle: Point = { x: 0, y: 0 }

/**
 * One picture, whole or at 100 %; dragging and scrolling pan it, a click zooms to the point clicked. Stages that share one
 * look are linked; `widest` is then the widest of their pictures, in pixels. `over` is drawn on the picture.
 */
export const Stage = ({
  image,
  look,
  onLook,
  widest = 0,
  over,
}: {
  image: Image
  look: Look
  onLook: (look: Look) => void
  widest?: number
  over?: ReactNode
}) => {
  const box = useRef<HTMLDivElement>(null)
  const stage = useSize(box)
  const drag = useRef<{ from: Point; centre: Point; moved: boolean } | null>(null)
  const fit = fitScale(image, stage)
  const full = linkedScale(image, widest, window.devicePixelRatio)
  const sizeAt = (scale: number) => ({
    width: Math.round(image.width * scale),
    height: Math.round(image.height * scale),
  })
  const scaled = sizeAt(look.isFull ? full : fit)
  const held = heldCentre(look.isFull ? centreOf(look.pan, scaled) : middle, scaled, stage)

  const newest = useRef({ held, scaled, stage, onLook })
  useEffect(() => {
    newest.current = { held, scaled, stage, onLook }
  })
  const { isFull } = look
  useEffect(() => {
    const watched = box.current
    if (!watched || !isFull) return
    // React's own wheel listeners are passive and could not keep the page from scrolling.
    const onWheel = (event: WheelEvent) => {
      event.preventDefault()
      const { held: from, scaled: size, stage: room, onLook: tell } = newest.current
      const to = heldCentre({ x: from.x - event.deltaX, y: from.y - event.deltaY }, size, room)
      tell({ isFull: true, pan: panOf(to, size) })
    }
    watched.addEventListener('wheel', onWheel, { passive: false })
    return () => watched.removeEventListener('wheel', onWheel)
  }, [isFull])

  const pointOf = (event: PointerEvent): Point => {
    const frame = event.currentTarget.getBoundingClientRect()
    return { x: event.clientX - frame.left - frame.width / 2, y: event.clientY - frame.top - frame.height / 2 }
  }
  const onPointerDown = (event: PointerEvent) => {
    if (event.button !== 0) return
    event.currentTarget.setPointerCapture(event.pointerId)
    drag.current = { from: pointOf(event), centre: held, moved: false }
  }
  const onPointerMove = (event: PointerEvent) => {
    const start = drag.current
    if (!start) return
    const to = pointOf(event)
    const by = { x: to.x - start.from.x, y: to.y - start.from.y }
    if (Math.abs(by.x) + Math.abs(by.y) > 4) start.moved = true
    if (!isFull || !start.moved) return
    const centre = heldCentre({ x: start.centre.x + by.x, y: start.centre.y + by.y }, scaled, stage)
    onLook({ isFull: true, pan: panOf(centre, scaled) })
  }
  const onPointerUp = (event: PointerEvent) => {
    const start = drag.current
    drag.current = null
    if (!start || start.moved) return
    if (isFull) onLook({ ...look, isFull: false })
    else onLook({ isFull: true, pan: panOf(zoomedAt(middle, pointOf(event), fit, full), sizeAt(full)) })
  }

  return (
    <div
      ref={box}
      className={classNames(styles.box, isFull ? styles.pans : styles.zooms)}
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onPointerUp={onPointerUp}
    >
      {stage.width > 0 && (
        <div
          className={styles.picture}
          style={{
            width: scaled.width,
            height: scaled.height,
            transform: `translate(calc(-50% + ${held.x}px), calc(-50% + ${held.y}px))`,
          }}
        >
          <Layers key={image.id} image={image} isFull={isFull} />
          {over}
        </div>
      )}
    </div>
  )
}
