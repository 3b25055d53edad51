import styles from './icon.module.css'

/** 16 x 16 line drawings, one stroke weight. */
const paths = {
  check: 'M3 8.5 6.5 12 13 4.5',
  cross: 'M4 4l8 8M12 4l-8 8',
  plus: 'M8 3v10M3 8h10',
  search: 'M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10ZM10.7 10.7 14 14',
  chevronDown: 'M4 6l4 4 4-4',
  chevronRight: 'M6 4l4 4-4 4',
  chevronLeft: 'M10 4L6 8l4 4',
  arrowLeft: 'M13 8H3M7 4L3 8l4 4',
  left: 'M2.5 3.5h11v9h-11zM6 3.5v9',
  right: 'M2.5 3.5h11v9h-11zM10 3.5v9',
  pause: 'M5.5 3.5v9M10.5 3.5v9',
  play: 'M5 3.5v9l7.5-4.5z',
  gear: 'M8 10a2 2 0 1 0 0-4 2 2 0 0 0 0 4ZM8 2v2M8 12v2M2 8h2M12 8h2M3.8 3.8l1.4 1.4M10.8 10.8l1.4 1.4M12.2 3.8l-1.4 1.4M5.2 10.8l-1.4 1.4',
  queue: 'M3 4h10M3 8h10M3 12h6',
  sheet: 'M3 2.5h10v11H3zM3 6h10M3 9.75h10M6.5 6v7.5',
  folder: 'M2 4.5v8h12v-7H8L6.5 3.5H2z',
  warning: 'M8 2.5 14.5 13.5h-13zM8 6.5v3.5M8 11.6v.4',
  retry: 'M13 8a5 5 0 1 1-1.6-3.7M13 2.5v3h-3',
  pencil: 'M3 13l.7-3L10.5 3.2l2.3 2.3L6 12.3z',
  copy: 'M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3',
  rows: 'M2.5 3h11v4h-11zM2.5 9.5h11v4h-11z',
  flat: 'M2.5 2.5h4.2v4.2H2.5zM9.3 2.5h4.2v4.2H9.3zM2.5 9.3h4.2v4.2H2.5zM9.3 9.3h4.2v4.2H9.3z',
  expand: 'M9.5 2.5h4v4M6.5 13.5h-4v-4M13.5 2.5 9 7M2.5 13.5 7 9',
  keyboard: 'M1.5 4h13v8h-13zM4 6.7h.01M6.7 6.7h.01M9.3 6.7h.01M12 6.7h.01M5 9.3h6',
  command:
    'M5.5 5.5h5v5h-5zM5.5 5.5H4.2a1.7 1.7 0 1 1 1.3-1.7zM10.5 5.5V4a1.7 1.7 0 1 1 1.5 1.5zM10.5 10.5H12a1.7 1.7 0 1 1-1.5 1.5zM5.5 10.5V12A1.7 1.7 0 1 1 4 10.5z',
  deliver: 'M8 2v7.5M4.8 6.3 8 9.5l3.2-3.2M2.5 10.5v3h11v-3',
  money:
    'M8 2v12M11 4.8C10.4 4 9.3 3.6 8 3.6c-1.700 0-3 .8-3 2.100 0 3 6 1.500 6 4.500 0 1.400-1.300 2.200-3 2.200-1.400 0-2.600-.5-3.200-1.400',
  clock: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM8 4.8V8l2.200 1.500',
  undo: 'M3 6.500h6.500a3.500 3.500 0 0 1 0 7H6M5.500 3.500l-3 3 3 3',
  image: 'M2.500 3h11v10h-11zM2.500 11l3.500-3.500 3 3 1.500-1.500 3 3M10.500 6.200h.01',
  swap: 'M3 5.500h9.500M10 3l2.500 2.500L10 8M13 10.500H3.500M6 8l-2.500 2.500L6 13',
  filter: 'M2.500 3.500h11L9.500 8.500v4.500l-3-1.500v-3z',
  views: 'M4 2.500h8v11l-4-3-4 3z',
  stacks: 'M4.500 5.500h9v8h-9zM2.500 11v-8.500H11',
  compare: 'M2 3.500h5v9H2zM9 3.500h5v9H9z',
  table: 'M2.500 3h11v10h-11zM2.500 6.300h11M2.500 9.600h11M6.200 3v10M9.900 3v10',
  history: 'M3 8a5 5 0 1 1 1.600 3.700M3 4.500v3.500h3.500M8 5.500V8l1.800 1.200',
  sort: 'M5 3v10M5 13l-2.500-2.500M5 13l2.500-2.500M11 13V3M11 3 8.500 5.500M11 3l2.500 2.500',
  star: 'M8 2.200 9.800 6l4.200.500-3.100 2.900.8 4.100L8 11.500l-3.700 2 .8-4.100L2 6.500 6.200 6z',
} as const

export type IconName = keyof typeof paths

/** Decorative by itself: the control around it carries the name. */
export const Icon = ({ name, size = 16 }: { name: IconName; size?: number }) => (
  <svg className={styles.icon} width={size} height={size} viewBox="0 0 16 16" aria-hidden="true" focusable="false">
    <path d={paths[name]} />
  </svg>
)
