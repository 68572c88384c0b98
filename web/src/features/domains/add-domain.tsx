import { type FormEvent, useId, useRef, useState } from 'react';
import type { Schemas } from '@/api/client';
import { asProblem } from '@/api/problem';
import { Card } from '@/components/card';
import { Field, Input } from '@/components/field';
import { GuardedButton } from '@/components/guarded-button';
import { Select } from '@/components/select';
import { useToast } from '@/components/toast';
import { useArrival } from '@/lib/use-arrival';
import { redirectOptions } from './redirect-options';
import { useDomains } from './use-domains';

type Props = {
  project: Schemas['Project'];
  environments: Schemas['Environment'][];
  domains: Schemas['Domain'][];
  reason: string | undefined;
};

/** AddDomain claims a hostname for one of the project's environments. */
export function AddDomain({ project, environments, domains, reason }: Props) {
  const form = useId();
  const toast = useToast();
  const { add } = useDomains(project.id);
  const [hostname, setHostname] = useState('');
  // Production's id is the project's.
  const [environment, setEnvironment] = useState(project.id);
  const [redirect, setRedirect] = useState('');
  const input = useRef<HTMLInputElement>(null);
  useArrival('add', () => input.current?.focus());
  const problem = add.error ? asProblem(add.error) : undefined;

  const submit = (event: FormEvent) => {
    event.preventDefault();
    add.mutate(
      {
        params: { path: { project_id: project.id } },
        body: { hostname: hostname.trim(), environment_id: environment, ...(redirect ? { redirect_to: redirect } : {}) },
      },
      {
        onSuccess: (domain) => {
          setHostname('');
          setRedirect('');
          toast(`${domain.hostname} is added`, 'Make its DNS records now: they stand beside it in the list.');
        },
      },
    );
  };

  return (
    <Card
      title="Add a domain"
      text="It answers once the DNS proves that it is yours, by one of the records that you are told then. You have 14 days for it."
      footer={
        <GuardedButton reason={reason} look="main" type="submit" form={form} busy={add.isPending} disabled={!reason && !hostname.trim()}>
          Add
        </GuardedButton>
      }
    >
      <form id={form} onSubmit={submit}>
        <fieldset disabled={reason !== undefined} className="grid min-w-0 gap-4 sm:grid-cols-3">
          <Field label="Hostname" hint="*.example.com stands for all names below." error={problem?.errors[0]?.message ?? problem?.message}>
            <Input
              ref={input}
              value={hostname}
              onChange={(event) => {
                add.reset();
                setHostname(event.target.value);
              }}
              placeholder="www.example.com"
              autoComplete="off"
              autoCapitalize="off"
              spellCheck={false}
            />
          </Field>
          <Field label="Environment">
            <Select
              className="w-full"
              options={environments.map(({ id, kind, slug }) => ({
                value: id,
                name: kind === 'production' ? 'Production' : `Preview ${slug}`,
              }))}
              value={environment}
              onChange={(chosen) => {
                setEnvironment(chosen);
                setRedirect('');
              }}
              disabled={reason !== undefined}
            />
          </Field>
          <Field label="Visitors get">
            <Select
              className="w-full"
              options={redirectOptions(domains.filter(({ environment_id }) => environment_id === environment))}
              value={redirect}
              onChange={setRedirect}
              disabled={reason !== undefined}
            />
          </Field>
        </fieldset>
      </form>
    </Card>
  );
}
