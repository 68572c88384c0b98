import { useRouterState } from '@tanstack/react-router';
import { Menu as MenuIcon, Search } from 'lucide-react';
import { type ReactNode, Suspense, useEffect, useState } from 'react';
import type { Schemas } from '@/api/client';
import { Button, buttonClass } from '@/components/button';
import { Kbd } from '@/components/kbd';
import { Keys } from '@/features/shell/keys';
import { lazyPart } from '@/lib/lazy-part';
import { isMac } from '@/lib/platform';
import { OrganisationMenu } from './organisation-menu';
import { Sidebar } from './sidebar';
import { UserMenu } from './user-menu';

// What only opens on demand is loaded once the page is there.
const Palette = lazyPart(() => import('@/features/palette/palette'));
const SidebarDrawer = lazyPart(() => import('./sidebar-drawer'));

/** useUsed remembers what has been open: what closes is drawn until it has gone. */
function useUsed<T extends Record<string, boolean>>(open: T): T {
  const [used, setUsed] = useState(open);
  const now = Object.fromEntries(Object.entries(used).map(([name, was]) => [name, was || open[name]])) as T;
  if (Object.keys(now).some((name) => now[name] !== used[name])) setUsed(now);
  return now;
}

/** Shell is what stands around every page: the organisation, where one can go, and who is signed in. */
export function Shell({ organisation, children }: { organisation?: Schemas['Organisation']; children: ReactNode }) {
  const [paletteOpen, setPaletteOpen] = useState(false);
  const [drawerOpen, setDrawerOpen] = useState(false);
  const used = useUsed({ palette: paletteOpen, drawer: drawerOpen });
  const path = useRouterState({ select: (state) => state.location.pathname });

  // biome-ignore lint/correctness/useExhaustiveDependencies: the drawer closes whenever another page is shown.
  useEffect(() => setDrawerOpen(false), [path]);

  return (
    <div className="min-h-dvh lg:grid lg:grid-cols-[15rem_minmax(0,1fr)]">
      <a href="#main" className={`${buttonClass('main')} -top-12 fixed left-2 z-60 focus:top-2`}>
        Skip to the page
      </a>

      <header className="sticky top-0 z-30 flex h-12 items-center gap-2 border-line border-b bg-surface px-3 lg:hidden">
        <Button look="quiet" square aria-label="Open the menu" onClick={() => setDrawerOpen(true)}>
          <MenuIcon aria-hidden />
        </Button>
        <div className="min-w-0 flex-1">
          <OrganisationMenu organisation={organisation} />
        </div>
        <Button look="quiet" square aria-label="Search and commands" onClick={() => setPaletteOpen(true)}>
          <Search aria-hidden />
        </Button>
      </header>

      <div className="sticky top-0 hidden h-dvh flex-col border-line border-r bg-surface lg:flex">
        <div className="p-2">
          <OrganisationMenu organisation={organisation} />
        </div>
        <div className="px-2 pb-2">
          <Button className="w-full justify-start font-normal text-quiet" onClick={() => setPaletteOpen(true)}>
            <Search aria-hidden />
            <span className="flex-1 text-left">Search</span>
            <Kbd keys={isMac ? '⌘K' : 'Ctrl K'} />
          </Button>
        </div>
        <Sidebar organisation={organisation} />
        <div className="mt-auto border-line border-t p-2">
          <UserMenu />
        </div>
      </div>

      <main id="main" tabIndex={-1} className="min-w-0 outline-none">
        {children}
      </main>
      <Suspense>
        {(drawerOpen || used.drawer) && <SidebarDrawer open={drawerOpen} onOpenChange={setDrawerOpen} organisation={organisation} />}
        {(paletteOpen || used.palette) && <Palette open={paletteOpen} onOpenChange={setPaletteOpen} organisation={organisation} />}
      </Suspense>
      <Keys onSearch={() => setPaletteOpen(true)} organisation={organisation} />
    </div>
  );
}
