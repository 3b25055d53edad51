import { CSPProvider } from '@base-ui/react/csp-provider'
import { QueryClientProvider } from '@tanstack/react-query'
import { queryClient } from '../api/query-client.ts'
import { CommandProvider } from '../keys/command-center.tsx'
import { CommandPalette } from '../keys/command-palette.tsx'
import { KeySheet } from '../keys/key-sheet.tsx'
import { ShortcutsDialog } from '../keys/shortcuts-dialog.tsx'
import { ToastProvider } from '../ui/toast.tsx'
import { TipProvider } from '../ui/tooltip.tsx'
import { LiveUpdatesProvider } from './connection.tsx'
import { PanelsProvider } from './panels.tsx'
import { Shell } from './shell.tsx'
import { Theme } from './theme.tsx'

export const App = () => (
  <CSPProvider disableStyleElements>
    <QueryClientProvider client={queryClient}>
      <LiveUpdatesProvider>
        <CommandProvider>
          <PanelsProvider>
            <TipProvider>
              <ToastProvider>
                <Theme />
                <Shell />
                <CommandPalette />
                <KeySheet />
                <ShortcutsDialog />
              </ToastProvider>
            </TipProvider>
          </PanelsProvider>
        </CommandProvider>
      </LiveUpdatesProvider>
    </QueryClientProvider>
  </CSPProvider>
)
