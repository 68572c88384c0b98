import { cloneElement, type HTMLAttributes, type ReactElement, type ReactNode, Suspense, useState } from 'react';
import { lazyPart } from '@/lib/lazy-part';

// Menus are on every page and rarely opened: they are loaded when somebody is about to.
const parts = () => import('./menu-parts');

const OpenedMenu = lazyPart(() => parts().then((loaded) => ({ default: loaded.OpenedMenu })));

/** MenuItem does something. `hint` says why it cannot be done where it is disabled. */
export const MenuItem = lazyPart(() => parts().then((loaded) => ({ default: loaded.MenuItem })));

/** MenuLink leads to a page of the dashboard; with `href` to one that the server draws, or another site. */
export const MenuLink = lazyPart(() => parts().then((loaded) => ({ default: loaded.MenuLink })));

export const MenuSeparator = lazyPart(() => parts().then((loaded) => ({ default: loaded.MenuSeparator })));

export const MenuHeading = lazyPart(() => parts().then((loaded) => ({ default: loaded.MenuHeading })));

type Props = { trigger: ReactElement<HTMLAttributes<HTMLElement>>; children: ReactNode; align?: 'start' | 'end' };

/** Menu opens a list of actions from its trigger, which is a button. */
export function Menu({ trigger, children, align = 'end' }: Props) {
  const [wanted, setWanted] = useState(false);

  if (!wanted) {
    return cloneElement(trigger, {
      'aria-haspopup': 'menu',
      'aria-expanded': false,
      onPointerEnter: () => void parts(),
      onFocus: () => void parts(),
      onClick: () => setWanted(true),
    });
  }

  return (
    <Suspense fallback={trigger}>
      <OpenedMenu trigger={trigger} align={align}>
        {children}
      </OpenedMenu>
    </Suspense>
  );
}
