import { Component, type ReactNode } from 'react'
import { messageOf } from '#shared/errors.ts'
import { Button } from '../ui/button.tsx'
import { EmptyState } from '../ui/empty-state.tsx'

/** Keeps a defect in one pane from taking the others with it. `resetKey`: another value tries again by itself. */
export class PaneBoundary extends Component<
  { readonly name: string; readonly resetKey?: string; readonly children: ReactNode },
  { readonly error: unknown; readonly failed: boolean }
> {
  override state = { error: null as unknown, failed: false }

  static getDerivedStateFromError(error: unknown) {
    return { error, failed: true }
  }

  override componentDidUpdate(before: { readonly resetKey?: string }) {
    if (this.state.failed && before.resetKey !== this.props.resetKey) this.setState({ error: null, failed: false })
  }

  override render() {
    if (!this.state.failed) return this.props.children
    return (
      <EmptyState
        icon="warning"
        title={`The ${this.props.name} could not be drawn`}
        actions={<Button onClick={() => this.setState({ error: null, failed: false })}>Try again</Button>}
      >
        {messageOf(this.state.error)} Nothing you decided is lost: every decision is stored as you make it.
      </EmptyState>
    )
  }
}
