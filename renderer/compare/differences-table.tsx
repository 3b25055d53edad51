import type { Tile } from '#shared/contract/tiles.ts'
import styles from './compare.module.css'
import { differences } from './differences.ts'

/** In what two pictures differ. What they share is left out. */
export const Differences = ({ champion, challenger }: { champion: Tile; challenger: Tile }) => {
  const found = differences(champion, challenger)
  if (found.length === 0) return <p className={styles.same}>Both were made from the same request.</p>
  return (
    <section className={styles.differences} aria-label="Differences" data-dims="">
      <table className={styles.table}>
        <caption className="visually-hidden">Parameters in which champion and challenger differ</caption>
        {/* Each value begins where its picture's half does. */}
        <colgroup>
          <col style={{ width: '12%' }} />
          <col style={{ width: '38%' }} />
          <col style={{ width: '50%' }} />
        </colgroup>
        <thead className="visually-hidden">
          <tr>
            <th scope="col">Parameter</th>
            <th scope="col">Champion</th>
            <th scope="col">Challenger</th>
          </tr>
        </thead>
        <tbody>
          {found.map(({ name, champion: mine, challenger: other }) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>{mine === '' ? '–' : mine}</td>
              <td>{other === '' ? '–' : other}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
