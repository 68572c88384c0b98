import { useRef } from 'react';
import { buttonClass } from '@/components/button';
import { GitHubMark } from '@/components/github-mark';
import { cn } from '@/lib/cn';
import { useArrival } from '@/lib/use-arrival';

type Props = {
  organisationId: string;
  /** account is connected again where it is named; else it is chosen on the way. */
  account?: string;
  /** back is where the browser comes back to from GitHub: a path of the dashboard. */
  back: string;
  look?: 'main' | 'plain' | 'quiet';
  large?: boolean;
  children?: string;
};

/**
 * ConnectGitHub sends the browser to GitHub, where the App is installed on an account, and brings it back. Where it is installed already, `account` names it,
 * and GitHub is asked only who the user is. It is a form, since the way to GitHub begins with a request that no other site may send.
 */
export function ConnectGitHub({ organisationId, account, back, look = 'main', large = false, children = 'Connect GitHub' }: Props) {
  const button = useRef<HTMLButtonElement>(null);
  // Of several the one that connects another account is meant.
  useArrival('connect', () => account === undefined && button.current?.focus());

  return (
    <form method="post" action="/github/connect">
      <input type="hidden" name="organisation" value={organisationId} />
      <input type="hidden" name="way" value={account === undefined ? 'install' : 'installed'} />
      <input type="hidden" name="account" value={account ?? ''} />
      <input type="hidden" name="return_to" value={back} />
      <button ref={button} type="submit" className={cn(buttonClass(look, large ? 'large' : 'medium'), 'w-full sm:w-auto')}>
        {look !== 'quiet' && <GitHubMark />}
        {children}
      </button>
    </form>
  );
}
