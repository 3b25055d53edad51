import { type PointerEvent, useEffect, useRef, useState } from 'react'
import type { Image } from '#shared/contract/tiles.ts'
import { mediaUrl } from '../api/host.ts'
import { classNames } from '../ui/class-names.ts'
import { useSize } from '../ui/use-size.ts'
import styles from './loupe.module.css'
import { fitScale, fullScale, heldCentre, type Point, zoomedAt } from './zoom.ts'

const middle: Point = { x: 0, y: 0 }

/** One picture, whole or at 100 %; dragging and scrolling pan it, a click zooms to the point clicked. */
export const Stage = ({
  image,
  isFull,
  onZoom,
}: {
  image: Image
  isFull: boolean
  onZoom: (isFull: boolean) => void
}) => {
  const box = useRef<HTMLDivElement>(null)
  const stage = useSize(box)
  const [centre, setCentre] = useState(middle)
  const drag = useRef<{ from: Point; centre: Point; moved: boolean } | null>(null)
  const fit = fitScale(image, stage)
  const full = fullScale(window.devicePixelRatio)
  const scale = isFull ? full : fit
  const scaled = { width: Math.round(image.width * scale), height: Math.round(image.height * scale) }
  const held = heldCentre(isFull ? centre : middle, scaled, stage)

  useEffect(() => {
    const watched = box.current
    if (!watched || !isFull) return
    // React's own wheel listeners are passive and could not keep the page from scrolling.
    const onWheel = (event: WheelEvent) => {
      event.preventDefault()
      setCentre((before) => ({ x: before.x - event.deltaX, y: before.y - event.deltaY }))
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
    if (isFull && start.moved) setCentre({ x: start.centre.x + by.x, y: start.centre.y + by.y })
  }
  const onPointerUp = (event: PointerEvent) => {
    const start = drag.current
    drag.current = null
    if (!start || start.moved) return
    if (!isFull) setCentre(zoomedAt(middle, pointOf(event), fit, full))
    onZoom(!isFull)
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
        </div>
      )}
    </div>
  )
}

/** The small copy at once, the sharp one over it when it is decoded. */
const Layers = ({ image, isFull }: { image: Image; isFull: boolean }) => {
  const [sharp, setSharp] = useState<string | null>(null)
  const [isMissing, setIsMissing] = useState(false)
  const wanted = mediaUrl(image.id, isFull ? 'full' : 'preview')
  return (
    <>
      <img src={mediaUrl(image.id, 'thumb')} alt="" draggable={false} onError={() => setIsMissing(true)} />
      <img
        src={wanted}
        alt=""
        decoding="async"
        draggable={false}
        className={sharp === wanted ? undefined : styles.pending}
        onLoad={() => setSharp(wanted)}
      />
      {isMissing && sharp === null && <p className={styles.missing}>The picture’s file was not found.</p>}
    </>
  )
}
