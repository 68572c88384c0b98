import { useRouterState } from '@tanstack/react-router';
import { type RefObject, useEffect, useRef } from 'react';

const margin = 16;

/** useCurrentInView is for a list of links that scrolls sideways where there is little room: it has the one to the page that is shown be seen. */
export function useCurrentInView(): RefObject<HTMLElement | null> {
  const list = useRef<HTMLElement>(null);
  const path = useRouterState({ select: (state) => state.location.pathname });

  // biome-ignore lint/correctness/useExhaustiveDependencies: the current page is another one when the path is.
  useEffect(() => {
    const current = list.current?.querySelector<HTMLElement>('[aria-current="page"]');
    if (current && list.current) list.current.scrollLeft = current.offsetLeft - list.current.offsetLeft - margin;
  }, [path]);

  return list;
}
