import type { Schemas } from '@/api/client';
import { Button } from '@/components/button';
import { Field, Input } from '@/components/field';
import { Select } from '@/components/select';
import { personName } from '@/features/members/person';
import { type AuditSearch, actionGroups } from './filter';

type Props = {
  search: AuditSearch;
  onSearch: (search: AuditSearch) => void;
  members: Pick<Schemas['Member'], 'user'>[];
  projects: Schemas['Project'][];
  /** groups are the kinds of actions to choose from; left out: those of an organisation. */
  groups?: typeof actionGroups;
};

/** AuditFilters narrows the log to who did something, what was done, to what, and when. */
export function AuditFilters({ search, onSearch, members, projects, groups = actionGroups }: Props) {
  const set = (change: AuditSearch) =>
    onSearch(Object.fromEntries(Object.entries({ ...search, ...change }).filter(([, value]) => value)) as AuditSearch);

  const actors = withChosen(
    [...members.map(({ user }) => ({ value: user.id, name: personName(user).slice(0, 60) })), { value: 'platform', name: 'The platform' }],
    search.actor,
    'Somebody else',
  );
  const subjects = withChosen(
    projects.map(({ id, slug }) => ({ value: id, name: slug })),
    search.subject,
    'Something else',
  );

  return (
    <search className="grid grid-cols-2 items-end gap-3 sm:grid-cols-3 lg:grid-cols-6">
      <Field label="Who">
        <Select
          className="w-full"
          options={[{ value: '', name: 'Everybody' }, ...actors]}
          value={search.actor ?? ''}
          onChange={(actor) => set({ actor })}
        />
      </Field>
      <Field label="What">
        <Select className="w-full" options={groups} value={search.action ?? ''} onChange={(action) => set({ action })} />
      </Field>
      <Field label="To what">
        <Select
          className="w-full"
          options={[{ value: '', name: 'Everything' }, ...subjects]}
          value={search.subject ?? ''}
          onChange={(subject) => set({ subject })}
        />
      </Field>
      <Field label="From">
        <Input type="date" value={search.from ?? ''} max={search.to} onChange={(event) => set({ from: event.target.value })} />
      </Field>
      <Field label="To">
        <Input type="date" value={search.to ?? ''} min={search.from} onChange={(event) => set({ to: event.target.value })} />
      </Field>
      <Button disabled={Object.keys(search).length === 0} onClick={() => onSearch({})}>
        Show all
      </Button>
    </search>
  );
}

/** withChosen adds what is chosen where it is none of the usual ones, such as somebody who has left. */
function withChosen(options: { value: string; name: string }[], chosen: string | undefined, name: string) {
  return !chosen || options.some(({ value }) => value === chosen) ? options : [...options, { value: chosen, name }];
}
