import { useNavigate, useRouterState } from '@tanstack/react-router';
import { useEffect, useEffectEvent } from 'react';

/**
 * useArrival does something once the address names a part of the page, such as #invite: that part's input is focused, or its dialog opened. The address then
 * loses the name, so that the same link leads there again. No two pages have a part of the same name: the page before sees the address of the next one, too.
 */
export function useArrival(part: string, arrive: () => void): void {
  const navigate = useNavigate();
  const named = useRouterState({ select: ({ location }) => location.hash === part });

  const act = useEffectEvent(() => {
    arrive();
    void navigate({ to: '.', search: true, hash: '', replace: true, resetScroll: false });
  });

  useEffect(() => {
    if (named) act();
  }, [named]);
}
