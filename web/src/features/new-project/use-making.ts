import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useRef, useState } from 'react';
import type { Schemas } from '@/api/client';
import { type ApiProblem, asProblem } from '@/api/problem';
import type { Source } from '@/api/queries/github';
import { writeVariables } from '@/api/queries/variables';
import { plural } from '@/lib/units';
import { type Draft, writtenOf } from './draft';
import { changeProject, makeDeployKey, makeProject, newKey, startDeployment } from './making';

type Making = {
  /** doing says what is being done now; empty where nothing is. */
  doing: string;
  problem?: ApiProblem | undefined;
  /** project is what was made so far: another attempt goes on with it. */
  project?: Schemas['Project'] | undefined;
  /** deployKey is the public half of a key that has to be added to the repository before it can be deployed. */
  deployKey?: string | undefined;
};

/** useMaking makes a project of a draft, and deploys it. What has failed half way goes on where it was with the next attempt. */
export function useMaking(organisation: Schemas['Organisation']) {
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const [state, setState] = useState<Making>({ doing: '' });
  const keys = useRef({ project: newKey(), sent: '', deployment: newKey() });
  const isBusy = useRef(false);

  const say = (doing: string) => setState((before) => ({ ...before, doing, problem: undefined }));

  const make = async (source: Source, draft: Draft) => {
    say(state.project ? 'Bringing the project up to date…' : 'Making the project…');
    // The same key with other contents would be refused.
    const sent = JSON.stringify([source, draft]);
    if (sent !== keys.current.sent) keys.current = { ...keys.current, project: newKey(), sent };
    const project = state.project
      ? await changeProject(state.project.id, source, draft)
      : await makeProject({ organisationId: organisation.id, source, draft, key: keys.current.project });
    setState((before) => ({ ...before, project }));
    const set = writtenOf(draft).map(({ name, value }) => ({ name, value }));
    if (set.length > 0) {
      say(`Writing ${plural(set.length, 'variable')}…`);
      await writeVariables(project.id, 'all', { set, remove: [] });
    }
    return project;
  };

  const lead = async (to: string) => {
    await queryClient.invalidateQueries({ queryKey: ['get', '/v1/projects'] });
    // All that was typed is saved by now.
    await navigate({ to, ignoreBlocker: true });
  };

  /** run does what the user has asked for, once at a time, and tells what went wrong. */
  const run = async (work: () => Promise<void>) => {
    if (isBusy.current) return;
    isBusy.current = true;
    try {
      await work();
    } catch (error) {
      setState((before) => ({ ...before, problem: asProblem(error) }));
    } finally {
      isBusy.current = false;
      setState((before) => ({ ...before, doing: '' }));
    }
  };

  const base = `/o/${organisation.slug}/projects`;

  return {
    ...state,
    /** deploy makes the project and deploys it. With `withKey` it first makes a deploy key, and deploys when it is called again. */
    deploy: (source: Source, draft: Draft, withKey: boolean) =>
      run(async () => {
        const project = await make(source, draft);
        if (withKey && !state.deployKey) {
          say('Making the deploy key…');
          const deployKey = await makeDeployKey(project.id);
          setState((before) => ({ ...before, deployKey }));
          return;
        }
        say('Starting the deployment…');
        const deployment = await startDeployment(project.id, keys.current.deployment);
        await lead(`${base}/${project.slug}/deployments/${deployment.id}`);
      }),
    /** keep makes the project without deploying it. */
    keep: (source: Source, draft: Draft) =>
      run(async () => {
        const project = await make(source, draft);
        await lead(`${base}/${project.slug}`);
      }),
  };
}
