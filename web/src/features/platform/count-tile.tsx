import { Link } from '@tanstack/react-router';
import type { LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';

type Props = { icon: LucideIcon; name: string; to: string; count: ReactNode; children?: ReactNode };

/** CountTile is a number of the platform with what it is made of; it leads to the page that lists it. */
export function CountTile({ icon: Icon, name, to, count, children }: Props) {
  return (
    <li className="relative rounded-lg border border-line bg-surface px-4 py-3 hover:bg-hover">
      <Link to={to} className="flex items-center gap-2 font-medium text-soft no-underline after:absolute after:inset-0">
        <Icon aria-hidden className="size-4 text-quiet" />
        {name}
      </Link>
      <p className="mt-2 font-semibold text-xl tabular-nums">{count}</p>
      <p className="text-quiet text-sm">{children}</p>
    </li>
  );
}
