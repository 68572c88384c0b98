import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useId, useRef, useState } from 'react';
import { $api, type Schemas } from '@/api/client';
import { asProblem } from '@/api/problem';
import { invitationsQuery } from '@/api/queries/organisation';
import { Card } from '@/components/card';
import { Field, Input } from '@/components/field';
import { GuardedButton } from '@/components/guarded-button';
import { Notice } from '@/components/notice';
import { Select } from '@/components/select';
import { useToast } from '@/components/toast';
import { type Role, roles } from '@/features/session/role';
import { useArrival } from '@/lib/use-arrival';

const ends = [1, 7, 30, 90].map((days) => ({ value: String(days), name: days === 1 ? 'For a day' : `For ${days} days` }));

/** InviteCard invites somebody by the login at GitHub, or by the address. */
export function InviteCard({ organisation, reason }: { organisation: Schemas['Organisation']; reason: string | undefined }) {
  const form = useId();
  const queryClient = useQueryClient();
  const toast = useToast();
  const [who, setWho] = useState('');
  const [role, setRole] = useState<Role>('developer');
  const [days, setDays] = useState('7');
  const input = useRef<HTMLInputElement>(null);
  useArrival('invite', () => input.current?.focus());
  const invite = $api.useMutation('post', '/v1/organisations/{organisation_id}/invitations');
  const name = who.trim().replace(/^@/, '');
  // A login at GitHub has no @ in it.
  const account = name.includes('@') ? { email: name } : { github_login: name };
  const problem = invite.error ? asProblem(invite.error) : undefined;
  const wrong = problem?.errors.find(({ location }) => location === 'body.email' || location === 'body.github_login');

  const submit = (event: FormEvent) => {
    event.preventDefault();
    invite.mutate(
      { params: { path: { organisation_id: organisation.id } }, body: { ...account, role, expires_in_days: Number(days) } },
      {
        onSuccess: async () => {
          setWho('');
          toast(`${name.slice(0, 100)} is invited`, 'Tell them: nothing is sent. The invitation stands on their first page here.');
          await queryClient.invalidateQueries(invitationsQuery(organisation.id));
        },
      },
    );
  };

  return (
    <Card
      title="Invite somebody"
      text="No mail is sent: they find the invitation when they sign in here, with that account at GitHub or a verified address."
      footer={
        <GuardedButton reason={reason} look="main" type="submit" form={form} busy={invite.isPending} disabled={!reason && !name}>
          Invite
        </GuardedButton>
      }
    >
      <form id={form} onSubmit={submit} noValidate>
        <fieldset disabled={reason !== undefined} className="grid min-w-0 gap-4 sm:grid-cols-[minmax(0,1fr)_10rem_10rem]">
          <Field
            label="Login at GitHub, or e-mail address"
            error={wrong && `This is no ${account.email ? 'e-mail address' : 'login at GitHub'}.`}
          >
            <Input
              ref={input}
              value={who}
              onChange={(event) => {
                invite.reset();
                setWho(event.target.value);
              }}
              placeholder="octocat"
              autoComplete="off"
              autoCapitalize="off"
              spellCheck={false}
            />
          </Field>
          <Field label="Role">
            <Select className="w-full" options={roles} value={role} onChange={setRole} disabled={reason !== undefined} />
          </Field>
          <Field label="Can be taken">
            <Select className="w-full" options={ends} value={days} onChange={setDays} disabled={reason !== undefined} />
          </Field>
        </fieldset>
        {problem && !wrong && (
          <div className="mt-4">
            <Notice tone="bad" live>
              {problem.message}
            </Notice>
          </div>
        )}
      </form>
    </Card>
  );
}
