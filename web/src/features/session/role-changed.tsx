import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import type { Schemas } from '@/api/client';
import { organisationsQuery, sessionQuery } from '@/api/queries/session';
import { onRefusal } from '@/api/refusal';
import { Button } from '@/components/button';
import { Notice } from '@/components/notice';
import { forgetOwnChoice, isOwnChoice } from './own-role-change';
import { aRole, mayAct, roleName } from './role';

/**
 * RoleChanged says that the user's role in the organisation is another one than when the page was opened, and has the page follow. It looks when the
 * platform refuses something, and hears of it where the page follows a stream.
 */
export function RoleChanged({ organisation }: { organisation: Schemas['Organisation'] }) {
  const queryClient = useQueryClient();
  const router = useRouter();
  const { id, role } = organisation;
  const { data } = useQuery(organisationsQuery());
  const newest = data && (data.items?.find((each) => each.id === id)?.role ?? 'none');
  const [before, setBefore] = useState(role);
  if (before !== role && isOwnChoice(id, role)) setBefore(role);

  useEffect(() => {
    // What stands in the context of the pages is otherwise made anew with the next navigation alone. Who is no member any more is told so there.
    if (newest && newest !== role) void router.invalidate();
  }, [newest, role, router]);

  useEffect(() => {
    if (isOwnChoice(id, role)) forgetOwnChoice(id);
  }, [id, role]);

  useEffect(() => {
    let looking = false;

    return onRefusal(async () => {
      if (looking) return;
      looking = true;
      await Promise.all([queryClient.refetchQueries(organisationsQuery()), queryClient.refetchQueries(sessionQuery())]);
      // What stands in the context of the pages is made anew from what was just fetched.
      await router.invalidate();
      looking = false;
    });
  }, [queryClient, router]);

  return (
    <div role="status">
      {before !== role && (
        <div className="mx-auto max-w-6xl px-4 py-4 sm:px-6">
          <Notice
            tone="warn"
            title={`You are ${aRole(role)} of this organisation now`}
            actions={
              <Button size="small" onClick={() => setBefore(role)}>
                Understood
              </Button>
            }
          >
            An owner has changed your role from {roleName(before).toLowerCase()} to {roleName(role).toLowerCase()} while this page was open.
            {!mayAct(role, before) && ' What you may no longer do is greyed out.'}
          </Notice>
        </div>
      )}
    </div>
  );
}
