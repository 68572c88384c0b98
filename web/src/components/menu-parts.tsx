import { Menu as Base } from '@base-ui/react/menu';
import { Link } from '@tanstack/react-router';
import type { LucideIcon } from 'lucide-react';
import type { ReactElement, ReactNode } from 'react';
import { cn } from '@/lib/cn';

const itemClass =
  'flex min-h-8 cursor-default select-none items-center gap-2 rounded-md px-2 py-1 no-underline outline-none data-[disabled]:text-quiet data-[highlighted]:bg-hover [&_svg]:size-4 [&_svg]:shrink-0';

/** OpenedMenu is a menu that is open from the start; pages use Menu, which loads it. */
export function OpenedMenu({ trigger, children, align }: { trigger: ReactElement; children: ReactNode; align: 'start' | 'end' }) {
  return (
    <Base.Root defaultOpen>
      <Base.Trigger render={trigger} />
      <Base.Portal>
        <Base.Positioner positionMethod="fixed" sideOffset={4} align={align} className="z-50">
          <Base.Popup className="max-h-(--available-height) min-w-48 max-w-80 overflow-y-auto rounded-lg border border-line bg-raised p-1 shadow-lg">
            {children}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}

type ItemProps = { icon?: LucideIcon; danger?: boolean; disabled?: boolean; hint?: string; children: ReactNode };

function Inside({ icon: Icon, hint, children }: ItemProps) {
  return (
    <>
      {Icon && <Icon aria-hidden />}
      <span className="min-w-0 flex-1">
        {children}
        {hint && <span className="block text-quiet text-sm">{hint}</span>}
      </span>
    </>
  );
}

/** MenuItem does something. `hint` says why it cannot be done where it is disabled. */
export function MenuItem({ onSelect, ...rest }: ItemProps & { onSelect: () => void }) {
  return (
    <Base.Item disabled={rest.disabled} onClick={onSelect} className={cn(itemClass, rest.danger ? 'text-bad' : 'text-text')}>
      <Inside {...rest} />
    </Base.Item>
  );
}

/** MenuLink leads to a page of the dashboard; with `href` to one that the server draws, or another site. */
export function MenuLink({ to, href, ...rest }: ItemProps & { to?: string; href?: string }) {
  const inside = <Inside {...rest} />;

  return <Base.Item className={cn(itemClass, 'text-text')} render={to ? <Link to={to}>{inside}</Link> : <a href={href}>{inside}</a>} />;
}

export function MenuSeparator() {
  return <Base.Separator className="-mx-1 my-1 h-px bg-line" />;
}

export function MenuHeading({ children }: { children: ReactNode }) {
  return <div className="px-2 py-1 text-quiet text-sm">{children}</div>;
}
