import { useState } from 'react'
import type { Image } from '#shared/contract/tiles.ts'
import { mediaUrl } from '../api/host.ts'
import styles from './stage.module.css'

/** The small copy at once, the sharp one over it when it is decoded. */
export const Layers = ({ image, isFull }: { image: Image; isFull: boolean }) => {
  const [sharp, setSharp] = useState<string | null>(null)
  const [isMissing, setIsMissing] = useState(false)
  const wanted = mediaUrl(image, isFull ? 'full' : 'preview')
  return (
    <>
      <img src={mediaUrl(image, 'thumb')} alt="" draggable={false} onError={() => setIsMissing(true)} />
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
