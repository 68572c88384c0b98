import { useBlocker } from '@tanstack/react-router';
import { Confirm } from './confirm';

type Props = {
  isDirty: boolean;
  /** by are the search parameters that lead to another page, too, when they change. */
  by?: readonly string[];
};

const none: readonly string[] = [];

/** LeaveGuard asks before the user goes to another page while something typed on this one is not saved. */
export function LeaveGuard({ isDirty, by = none }: Props) {
  const blocker = useBlocker({
    shouldBlockFn: ({ current, next }) =>
      isDirty && (current.pathname !== next.pathname || by.some((name) => read(current.search, name) !== read(next.search, name))),
    enableBeforeUnload: () => isDirty,
    withResolver: true,
  });

  return (
    <Confirm
      open={blocker.status === 'blocked'}
      onOpenChange={() => blocker.reset?.()}
      title="Leave without saving?"
      action="Leave"
      onConfirm={async () => blocker.proceed?.()}
    >
      What you have changed on this page is not saved yet, and is lost when you leave.
    </Confirm>
  );
}

function read(search: object, name: string): unknown {
  return (search as Record<string, unknown>)[name];
}
