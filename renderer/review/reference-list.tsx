import { mediaUrl } from '../api/host.ts'
import { IconButton } from '../ui/button.tsx'
import { pickedReferences, usePickedReferences } from './picked-references.ts'
import styles from './reference-list.module.css'

/** The pictures that go in with what is asked for next; each can be left out. Draws nothing where there are none. */
export const ReferenceList = ({ note }: { note: string }) => {
  const picked = usePickedReferences()
  if (picked.length === 0) return null
  return (
    <section className={styles.references} aria-label="Reference pictures">
      <ul className={styles.list}>
        {picked.map(({ image, label }) => (
          <li key={image.id} className={styles.reference}>
            <img src={mediaUrl(image, 'small')} alt="" width={32} height={32} draggable={false} />
            <span>{label}</span>
            <IconButton icon="cross" label={`Leave ${label} out`} onClick={() => pickedReferences.remove(image.id)} />
          </li>
        ))}
      </ul>
      <span className={styles.note}>{note}</span>
    </section>
  )
}
