import { useState } from 'react'
import type { CustomService } from '#shared/contract/service-fields.ts'
import { messageOf } from '#shared/errors.ts'
import { useRemoveService } from '../../api/changes.ts'
import { useCustomServices } from '../../api/queries.ts'
import { Button } from '../../ui/button.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { notify, notifyError } from '../../ui/toast.tsx'
import styles from './custom-services.module.css'
import { ServiceDialog } from './service-dialog.tsx'
import { summaryOf } from './service-text.ts'

/** What the dialog is about: a new service, or one that is there. */
type Open = { readonly service: CustomService; readonly isNew: boolean }

/** Services that a person described herself, and the way to one more. Their keys and tests are with the providers above. */
export const CustomServices = () => {
  const found = useCustomServices()
  const remove = useRemoveService()
  const [open, setOpen] = useState<Open | null>(null)
  if (found.isError) {
    return (
      <p className={styles.error}>
        {messageOf(found.error)} <Button onClick={() => found.refetch()}>Try again</Button>
      </p>
    )
  }
  if (!found.data) return <Skeleton lines={2} />
  const { services, presets } = found.data
  const [first] = presets
  const change = (service: CustomService, isNew: boolean) => setOpen({ service, isNew })
  const takeAway = ({ name, label }: CustomService) =>
    remove.mutate(
      { name },
      {
        onSuccess: () => notify({ title: `${label} is removed`, text: 'What was made with it stays.' }),
        onError: (error) => notifyError(`${label} was not removed`, error),
      },
    )
  return (
    <section className={styles.services} aria-labelledby="custom-services">
      <h3 id="custom-services" className={styles.title}>
        Your own services
      </h3>
      <p className={styles.dim}>
        Any picture service with an address: its description says what is sent and where in the answer the pictures are.
      </p>
      {services.length > 0 && (
        <ul className={styles.list}>
          {services.map(({ provider, service }) => (
            <li key={provider} className={styles.service}>
              <div className={styles.what}>
                <span className={styles.name}>{service.label}</span> <code className={styles.id}>{provider}</code>
                <p className={styles.dim}>{summaryOf(service)}</p>
              </div>
              <Button aria-label={`Change ${service.label}`} onClick={() => change(service, false)}>
                Change
              </Button>
              <Button
                look="danger"
                aria-label={`Remove ${service.label}`}
                disabled={remove.isPending}
                onClick={() => takeAway(service)}
              >
                Remove
              </Button>
            </li>
          ))}
        </ul>
      )}
      <div>
        <Button icon="plus" disabled={!first} onClick={() => first && change(first.service, true)}>
          Add a service
        </Button>
      </div>
      {open && (
        <ServiceDialog
          key={`${open.isNew} ${open.service.name}`}
          service={open.service}
          presets={presets}
          isNew={open.isNew}
          onClose={() => setOpen(null)}
        />
      )}
    </section>
  )
}
