import { Link, type LinkProps } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useCurrentInView } from '@/lib/use-current-in-view';

type Entry = { name: string; to: LinkProps['to']; params?: Record<string, string> };

/** SideList stands beside the pages of one thing and leads to each. On narrow screens it stands above them and scrolls sideways. */
export function SideList({ label, entries, children }: { label: string; entries: Entry[]; children: ReactNode }) {
  const list = useCurrentInView();

  return (
    <div className="mx-auto w-full max-w-6xl lg:grid lg:grid-cols-[11rem_minmax(0,1fr)] lg:px-2">
      <nav
        ref={list}
        aria-label={label}
        className="overflow-x-auto border-line border-b px-2 py-2 sm:px-4 lg:overflow-visible lg:border-b-0 lg:py-6"
      >
        <ul className="flex gap-1 lg:sticky lg:top-6 lg:flex-col lg:gap-px">
          {entries.map(({ name, to, params }) => (
            <li key={name} className="shrink-0">
              <Link
                to={to}
                params={params as never}
                className="flex h-8 items-center rounded-md px-2.5 text-soft no-underline outline-offset-[-2px] hover:bg-hover aria-[current=page]:bg-hover aria-[current=page]:font-medium aria-[current=page]:text-text"
              >
                {name}
              </Link>
            </li>
          ))}
        </ul>
      </nav>
      <div className="min-w-0">{children}</div>
    </div>
  );
}
