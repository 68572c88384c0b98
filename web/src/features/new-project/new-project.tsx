import { zodResolver } from '@hookform/resolvers/zod';
import { useEffect, useRef } from 'react';
import { FormProvider, useForm } from 'react-hook-form';
import type { Schemas } from '@/api/client';
import { Card } from '@/components/card';
import { LeaveGuard } from '@/components/leave-guard';
import { plural } from '@/lib/units';
import { ChosenSource } from './chosen-source';
import { DeployBar } from './deploy-bar';
import { DeployKey } from './deploy-key';
import { DetectedSection } from './detected-section';
import { type Draft, draftSchema, emptyDraft, writtenOf } from './draft';
import { NameSection } from './name-section';
import { withWanted } from './rows';
import { type NewProjectSearch, nameOf, needsDeployKey, sourceOf } from './source';
import { useDetection } from './use-detection';
import { useMaking } from './use-making';
import { VariablesSection } from './variables-section';

// Another repository begins anew; another branch or folder keeps what was typed.
const sources = ['repository', 'git'];

type Props = { organisation: Schemas['Organisation']; search: NewProjectSearch; repository?: Schemas['GitHubRepository'] | undefined };

/** NewProject is what is decided of a project once its source is chosen: what was detected, its variables, its name, and Deploy. */
export function NewProject({ organisation, search, repository }: Props) {
  const source = sourceOf(search, repository) ?? {};
  const bySSH = needsDeployKey(search.git);
  const detecting = useDetection(organisation.id, bySSH ? undefined : source);
  const { detection, problem: refused } = detecting;
  const form = useForm<Draft>({
    resolver: zodResolver(draftSchema),
    mode: 'onTouched',
    defaultValues: { ...emptyDraft, name: nameOf(search) },
  });
  const { getValues, setValue, getFieldState } = form;
  const making = useMaking(organisation);
  const proposed = nameOf(search);

  useEffect(() => {
    if (!getFieldState('name').isDirty) setValue('name', proposed);
  }, [proposed, getFieldState, setValue]);

  const wanted = useRef<unknown>(undefined);
  useEffect(() => {
    if (!detection || detection.state === 'queued' || wanted.current === detection.variables) return;
    wanted.current = detection.variables;
    setValue('variables', withWanted(getValues('variables'), detection.variables));
  }, [detection, getValues, setValue]);

  const empty = form.watch('variables').filter((row) => row.file && !row.value).length;
  const written = writtenOf({ variables: form.watch('variables') }).length;
  const hindered = refused || detection?.error || detection?.problem ? 'It cannot be deployed as it is: see above what to change.' : '';
  const text = [
    making.deployKey
      ? 'Deploys it, now that the key is in the repository.'
      : bySSH
        ? 'Makes the project and its deploy key.'
        : 'Makes the project and deploys it.',
    written > 0 && `${plural(written, 'variable')} will be set.`,
    empty > 0 && `${plural(empty, 'variable')} that it wants ${empty === 1 ? 'is' : 'are'} empty and left out.`,
  ];

  return (
    <FormProvider {...form}>
      {/* With the deploy key shown all of it is saved. */}
      <LeaveGuard isDirty={form.formState.isDirty && !making.deployKey} by={sources} />
      <div className="mx-auto w-full max-w-3xl space-y-4 px-4 pb-6 sm:px-6">
        <Card title="Where from">
          <ChosenSource organisation={organisation.slug} repository={repository} git={search.git} />
        </Card>
        {!bySSH && (
          <DetectedSection
            organisation={organisation.slug}
            search={search}
            branch={detection?.branch ?? repository?.default_branch ?? ''}
            detecting={detecting}
            releaseCommand={form.watch('releaseCommand')}
            onReleaseCommand={(command) => setValue('releaseCommand', command, { shouldDirty: true })}
          />
        )}
        <NameSection organisationId={organisation.id} />
        <VariablesSection looking={!bySSH && !refused && (!detection || detection.state === 'queued')} />
        {making.deployKey && <DeployKey publicKey={making.deployKey} />}
      </div>
      <DeployBar
        text={text.filter(Boolean).join(' ')}
        hindered={hindered}
        canKeep={!making.deployKey}
        doing={making.doing}
        problem={making.problem?.message}
        onDeploy={form.handleSubmit((draft) => making.deploy(source, draft, bySSH))}
        onKeep={form.handleSubmit((draft) => making.keep(source, draft))}
      />
    </FormProvider>
  );
}
