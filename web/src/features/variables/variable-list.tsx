import { useQueryClient } from '@tanstack/react-query';
import { KeyRound } from 'lucide-react';
import { useState } from 'react';
import type { Schemas } from '@/api/client';
import { asProblem } from '@/api/problem';
import { deleteVariable, type Scope } from '@/api/queries/variables';
import { Card } from '@/components/card';
import { Confirm } from '@/components/confirm';
import { Empty } from '@/components/empty';
import { Input } from '@/components/field';
import { Notice } from '@/components/notice';
import { Segments } from '@/components/segments';
import { useSaveProject } from '@/features/settings/use-save-project';
import { EditVariable } from './edit-variable';
import { refreshVariables } from './refresh-variables';
import { keyOf, scopeName } from './scopes';
import type { Values } from './use-values';
import { VariableRow } from './variable-row';

type Variable = Schemas['EnvironmentVariable'];

type Props = {
  project: Schemas['Project'];
  variables: Variable[];
  /** changed are the names of those that are not live somewhere as they are now. */
  changed: ReadonlySet<string>;
  values: Values;
  /** hidden says why values cannot be shown; undefined where they can. */
  hidden: string | undefined;
  reason: string | undefined;
};

const filters: { value: Scope | 'every'; name: string }[] = [
  { value: 'every', name: 'Every' },
  { value: 'all', name: 'All environments' },
  { value: 'production', name: 'Production' },
  { value: 'preview', name: 'Previews' },
];

/** VariableList is the variables of a project, by name, to be searched and narrowed to a scope. */
export function VariableList({ project, variables, changed, values, hidden, reason }: Props) {
  const queryClient = useQueryClient();
  const save = useSaveProject(project.id);
  const [filter, setFilter] = useState<Scope | 'every'>('every');
  const [search, setSearch] = useState('');
  const [editing, setEditing] = useState<Variable>();
  const [leaving, setLeaving] = useState<Variable>();
  const [failure, setFailure] = useState('');

  const refresh = () => refreshVariables(queryClient, project.id);
  const attempt = (work: Promise<unknown>) => {
    setFailure('');
    work.catch((error) => setFailure(asProblem(error).message));
  };
  const built = project.build_variables ?? [];
  const shown = variables.filter(
    ({ name, scope }) => (filter === 'every' || scope === filter) && name.toLowerCase().includes(search.trim().toLowerCase()),
  );

  return (
    <Card title="Variables" flush>
      {variables.length === 0 ? (
        <Empty icon={KeyRound} title="No variable yet">
          <p>Type or paste them below: the app gets them from its next deployment on.</p>
        </Empty>
      ) : (
        <div className="flex flex-wrap items-center gap-2 border-line border-b px-4 py-3 sm:px-5">
          <Input
            type="search"
            data-search
            aria-label="Search the variables"
            placeholder="Search"
            className="w-full flex-1 basis-40 sm:max-w-64"
            value={search}
            onChange={(event) => setSearch(event.target.value)}
          />
          <Segments label="Scope" options={filters} value={filter} onChange={setFilter} />
        </div>
      )}
      {failure && (
        <div className="p-4">
          <Notice tone="bad" live>
            {failure}
          </Notice>
        </div>
      )}
      {variables.length > 0 && shown.length === 0 && <p className="p-6 text-center text-quiet">No variable is like this.</p>}
      <ul>
        {shown.map((variable) => (
          <VariableRow
            key={keyOf(variable)}
            variable={variable}
            value={values.of(variable)}
            isChosenForBuilds={built.includes(variable.name)}
            isPending={changed.has(variable.name)}
            hidden={hidden}
            reason={reason}
            onReveal={() => attempt(values.read([variable]))}
            onHide={() => values.forget([variable])}
            onEdit={() => setEditing(variable)}
            onBuild={() =>
              attempt(
                save({
                  build_variables: built.includes(variable.name)
                    ? built.filter((name) => name !== variable.name)
                    : [...built, variable.name],
                }).then(refresh),
              )
            }
            onDelete={() => setLeaving(variable)}
          />
        ))}
      </ul>
      {editing && (
        <EditVariable
          projectId={project.id}
          variable={editing}
          value={values.of(editing)}
          onClose={() => setEditing(undefined)}
          onSaved={() => {
            values.forget([editing]);
            return refresh();
          }}
        />
      )}
      <Confirm
        open={leaving !== undefined}
        onOpenChange={() => setLeaving(undefined)}
        title={leaving && `Delete ${leaving.name}?`}
        action="Delete the variable"
        danger
        onConfirm={async () => {
          if (!leaving) return;
          await deleteVariable(project.id, leaving.scope, leaving.name);
          await refresh();
        }}
      >
        The next deployment for {leaving && scopeName(leaving.scope).toLowerCase()} no longer sees it; what is live keeps it. Nothing brings
        its value back.
      </Confirm>
    </Card>
  );
}
