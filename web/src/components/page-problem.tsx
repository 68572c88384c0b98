import { useQueryErrorResetBoundary } from '@tanstack/react-query';
import { type ErrorComponentProps, useRouter } from '@tanstack/react-router';
import { CircleAlert, Lock, SearchX, WifiOff } from 'lucide-react';
import { asProblem } from '@/api/problem';
import { signInPath } from '@/api/session-end';
import { Button, buttonClass } from './button';
import { Empty } from './empty';

const looks = {
  offline: { icon: WifiOff, title: 'No connection' },
  signedOut: { icon: Lock, title: 'You are signed out' },
  forbidden: { icon: Lock, title: 'You may not see this' },
  missing: { icon: SearchX, title: 'Not found' },
  other: { icon: CircleAlert, title: 'Something went wrong' },
};

function lookOf(status: number): (typeof looks)['other'] {
  if (status === 0) return looks.offline;
  if (status === 401) return looks.signedOut;
  if (status === 403) return looks.forbidden;
  if (status === 404) return looks.missing;
  return looks.other;
}

/** PageProblem stands in place of a page, or a part of one, that could not be had. It says why, and offers what helps. */
export function PageProblem({ error, reset }: Pick<ErrorComponentProps, 'error'> & { reset?: () => void }) {
  const router = useRouter();
  const { reset: resetQueries } = useQueryErrorResetBoundary();
  const problem = asProblem(error);
  const { icon, title } = lookOf(problem.status);

  const again = () => {
    resetQueries();
    reset?.();
    void router.invalidate();
  };

  return (
    <div role="alert">
      <Empty
        icon={icon}
        title={title}
        actions={
          problem.status === 401 ? (
            <a className={buttonClass('main')} href={signInPath()}>
              Sign in
            </a>
          ) : (
            <>
              {problem.status === 403 && (
                <a className={buttonClass('main')} href="/">
                  Your projects
                </a>
              )}
              <Button onClick={again}>Try again</Button>
            </>
          )
        }
      >
        <p>{problem.message}</p>
      </Empty>
    </div>
  );
}
