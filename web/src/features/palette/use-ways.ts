import { useNavigate } from '@tanstack/react-router';
import { useToast } from '@/components/toast';
import { useSignOut } from '@/features/session/use-sign-out';
import type { Asked } from './asked';
import type { Ways } from './ways';

/** useWays is what commands do in a browser. */
export function useWays(ask: (asked: Asked) => void): Ways {
  const navigate = useNavigate();
  const signOut = useSignOut();
  const toast = useToast();

  return {
    go: (to, part) => () => void navigate({ to, ...(part ? { hash: part } : {}) }),
    add: (to) => () => void navigate({ to, search: { add: true } }),
    leave: (href) => () => window.location.assign(href),
    open: (url) => () => void window.open(url, '_blank', 'noopener'),
    ask: (asked) => () => ask(asked),
    copy: (text, what) => () =>
      void navigator.clipboard.writeText(text).then(
        () => toast('Copied', what),
        () => toast('The browser does not let this page copy', text),
      ),
    signOut,
  };
}
