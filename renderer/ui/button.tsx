import { Button as BaseButton } from '@base-ui/react/button'
import type { ReactNode, Ref } from 'react'
import styles from './button.module.css'
import { classNames } from './class-names.ts'
import { Icon, type IconName } from './icon.tsx'
import { Kbd } from './kbd.tsx'
import { Tip } from './tooltip.tsx'

export interface ButtonProps extends Omit<BaseButton.Props, 'className'> {
  /** `go`: the one main step of a view. `danger`: takes something away. `quiet`: no box until hovered. */
  readonly look?: 'plain' | 'go' | 'danger' | 'quiet'
  readonly icon?: IconName
  /** The key that does the same, shown in the button. */
  readonly keys?: string | undefined
  readonly className?: string | undefined
  readonly ref?: Ref<HTMLButtonElement>
  readonly children?: ReactNode
}

export const Button = ({ look = 'plain', icon, keys, className, children, ...rest }: ButtonProps) => (
  <BaseButton className={classNames(styles.button, styles[look], className)} {...rest}>
    {icon && <Icon name={icon} />}
    {children}
    {keys && <Kbd keys={keys} />}
  </BaseButton>
)

export interface IconButtonProps extends Omit<ButtonProps, 'children' | 'aria-label'> {
  readonly icon: IconName
  /** Its name, for a screen reader and the tooltip. */
  readonly label: string
  readonly pressed?: boolean
}

export const IconButton = ({ icon, label, keys, look = 'quiet', pressed, className, ...rest }: IconButtonProps) => (
  <Tip text={label} keys={keys}>
    <BaseButton
      className={classNames(styles.button, styles[look], styles.square, className)}
      aria-label={label}
      {...(pressed !== undefined && { 'aria-pressed': pressed })}
      {...rest}
    >
      <Icon name={icon} />
    </BaseButton>
  </Tip>
)

/** A link that looks like a button, for going somewhere. */
export const LinkButton = ({
  href,
  look = 'plain',
  icon,
  children,
}: {
  href: string
  look?: 'plain' | 'go' | 'quiet'
  icon?: IconName
  children: ReactNode
}) => (
  <a href={href} className={classNames(styles.button, styles[look])}>
    {icon && <Icon name={icon} />}
    {children}
  </a>
)
