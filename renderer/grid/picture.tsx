import { useState } from 'react'
import type { Settings } from '#shared/contract/settings.ts'
import type { Image, Tile } from '#shared/contract/tiles.ts'
import { moneyText } from '#shared/money.ts'
import { mediaUrl } from '../api/host.ts'
import type { Said } from '../review/marks.ts'
import { classNames } from '../ui/class-names.ts'
import { Icon } from '../ui/icon.tsx'
import { renditionFor } from './rendition-for.ts'
import styles from './tile.module.css'
import { finalText } from './tile-text.ts'

interface PictureProps {
  readonly tile: Tile
  readonly image: Image
  readonly said: Said
  readonly size: number
  readonly overlay: Settings['overlay']
}

/** A draft, whole, in its own proportions, with what was said of it drawn on. State is never colour alone. */
export const Picture = ({ tile, image, said, size, overlay }: PictureProps) => {
  const [missingId, setMissingId] = useState<number | null>(null)
  const longest = Math.max(image.width, image.height, 1)
  const width = Math.round((image.width / longest) * size)
  const height = Math.round((image.height / longest) * size)
  return (
    <div
      className={classNames(
        styles.picture,
        said.decision === 'rejected' && styles.rejected,
        said.hires && styles.hires,
      )}
      style={{ width, height }}
      aria-hidden="true"
    >
      {missingId === image.id ? (
        <div className={styles.missing}>
          <Icon name="image" size={20} />
          {size >= 140 && 'Picture not found'}
        </div>
      ) : (
        <img
          src={mediaUrl(image, renditionFor(Math.max(width, height), window.devicePixelRatio))}
          alt=""
          width={width}
          height={height}
          decoding="async"
          draggable={false}
          onError={() => setMissingId(image.id)}
        />
      )}
      {overlay !== 'none' && <Marks said={said} tile={tile} />}
      {overlay === 'prompt' && size >= 120 ? (
        <Caption tile={tile} image={image} size={size} said={said} />
      ) : (
        overlay !== 'none' && <Notes said={said} className={styles.notes} />
      )}
      {overlay === 'money' && <span className={styles.tag}>{moneyText(image.settledMicros, tile.currency)}</span>}
    </div>
  )
}

const Marks = ({ said, tile }: { said: Said; tile: Tile }) => (
  <>
    <div className={styles.marks}>
      {said.decision === 'approved' && (
        <span className={styles.approved}>
          <Icon name="check" size={13} />
        </span>
      )}
      {said.decision === 'rejected' && (
        <span className={styles.cross}>
          <Icon name="cross" size={13} />
        </span>
      )}
      {said.reroll && (
        <span className={styles.reroll}>
          <Icon name="retry" size={12} />
        </span>
      )}
    </div>
    {(tile.finals.length > 0 || tile.finalState !== null) && <span className={styles.final}>{finalText(tile)}</span>}
  </>
)

/** Stars and label; nothing where there are none. */
const Notes = ({ said, className }: { said: Said; className: string | undefined }) =>
  said.rating === 0 && said.label === null ? null : (
    <span className={className}>
      {said.label && <span className={classNames(styles.label, styles[said.label])} />}
      {said.rating > 0 && <span className={styles.stars}>{'★'.repeat(said.rating)}</span>}
    </span>
  )

const Caption = ({ tile, image, size, said }: { tile: Tile; image: Image; size: number; said: Said }) => (
  <div className={styles.caption}>
    {size >= 150 && <span className={styles.words}>{tile.prompt}</span>}
    <span className={styles.captionLine}>
      {image.seed === null ? `variant ${tile.variant}` : `seed ${image.seed}`}
      <Notes said={said} className={styles.captionNotes} />
    </span>
  </div>
)
