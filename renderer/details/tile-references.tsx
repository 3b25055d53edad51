import type { Tile } from '#shared/contract/tiles.ts'
import { usePictureThumb } from '../api/queries.ts'
import styles from './details-pane.module.css'

/** The pictures that went in with a draft's prompt; of an edit, the first is the one it starts from. */
export const TileReferences = ({
  sha256s,
  operation,
}: {
  sha256s: readonly string[]
  operation: Tile['operation']
}) => (
  <section className={styles.references} aria-labelledby="tile-references">
    <h2 id="tile-references" className="small-heading">
      {operation === 'edit' ? 'Made from' : 'Reference pictures'}
    </h2>
    <ul>
      {sha256s.map((sha256) => (
        <li key={sha256}>
          <Reference sha256={sha256} />
        </li>
      ))}
    </ul>
  </section>
)

const Reference = ({ sha256 }: { sha256: string }) => {
  const thumb = usePictureThumb(sha256)
  return thumb.data ? <img src={thumb.data} alt={`Reference ${sha256.slice(0, 8)}`} /> : <span aria-busy="true" />
}
