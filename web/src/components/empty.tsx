import type { LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';

type Props = { icon: LucideIcon; title: string; children?: ReactNode; actions?: ReactNode };

/** Empty stands where a list would, and says how something comes into it. */
export function Empty({ icon: Icon, title, children, actions }: Props) {
  return (
    <div className="flex flex-col items-center px-4 py-12 text-center">
      <Icon aria-hidden className="size-6 text-quiet" />
      <p className="mt-3 font-semibold">{title}</p>
      {children && <div className="mt-1 max-w-md text-quiet">{children}</div>}
      {actions && <div className="mt-4 flex flex-wrap justify-center gap-2">{actions}</div>}
    </div>
  );
}
