import { CirclePause, CirclePlay, Copy, ExternalLink, FileUp, Globe, PinOff, Rocket } from 'lucide-react';
import type { Schemas } from '@/api/client';
import { actionWords } from '@/features/deployment/action-words';
import { mayAct } from '@/features/session/role';
import { shownAddress } from '@/lib/address';
import type { Command } from './command';
import type { Here } from './here';
import type { Ways } from './ways';

/** projectCommands is what the user may do with the project whose pages are shown. */
export function projectCommands({ organisation, project, deployment, isShown }: Here, ways: Ways): Command[] {
  if (!organisation || !project) return [];

  const base = `/o/${organisation.slug}/projects/${project.slug}`;
  const address = shownAddress(project.url);
  const follows = project.auto_deploy ?? true;
  const id = (what: string) => `${what} ${project.id}`;

  const looks: Command[] = [
    { id: id('copy'), name: 'Copy its address', hint: address, icon: Copy, words: 'url link', run: ways.copy(project.url, address) },
  ];
  if (project.live_deployment_id) {
    looks.unshift({
      id: id('open'),
      name: 'Open the live site',
      hint: address,
      icon: ExternalLink,
      words: 'visit url',
      run: ways.open(project.url),
    });
  }
  if (!mayAct(organisation.role, 'developer')) return looks;

  return [
    {
      id: id('deploy'),
      name: 'Deploy the newest commit',
      hint: project.branch,
      icon: Rocket,
      words: 'deploy',
      run: ways.ask({ to: 'deploy', organisation, project }),
    },
    ...(deployment ? deploymentCommands(deployment, isShown, { org: organisation.slug, project: project.slug }, ways) : []),
    ...looks,
    { id: id('domain'), name: 'Add a domain', icon: Globe, words: 'hostname dns custom', run: ways.go(`${base}/settings/domains`, 'add') },
    {
      id: id('import'),
      name: 'Import a .env',
      icon: FileUp,
      words: 'variables environment dotenv paste secrets',
      run: ways.go(`${base}/settings/variables`, 'import'),
    },
    {
      id: id('follow'),
      name: follows ? 'Pause deploying pushes' : 'Deploy pushes by themselves',
      icon: follows ? CirclePause : CirclePlay,
      words: 'auto deploy automatic turn on off resume stop',
      run: ways.ask({ to: 'follow', project, follows: !follows }),
    },
    ...(project.pinned_by
      ? [
          {
            id: id('unpin'),
            name: 'Unpin production',
            icon: PinOff,
            words: 'rollback',
            run: ways.ask({ to: 'unpin', pinned: { project: project.id, slug: 'production', held: project.held_deployment_id } }),
          },
        ]
      : []),
  ];
}

const shownNames = {
  cancel: 'Cancel this deployment',
  redeploy: 'Redeploy this commit',
  rollback: 'Roll back to this deployment',
  promote: 'Promote this to production',
  restart: 'Restart these instances',
};

const liveNames = { redeploy: 'Redeploy what is live', restart: 'Restart what is live' };

/** deploymentCommands is what can be done now with the deployment that is shown or, on other pages of the project, with what is live. */
function deploymentCommands(
  deployment: Schemas['Deployment'],
  isShown: boolean,
  params: { org: string; project: string },
  ways: Ways,
): Command[] {
  const names: Partial<typeof shownNames> = isShown ? shownNames : liveNames;

  return (deployment.actions ?? []).flatMap((action) => {
    const name = names[action.action];
    if (!name || !action.allowed) return [];

    return {
      id: `${action.action} ${isShown ? 'shown' : 'live'}`,
      name,
      hint: deployment.commit_message?.split('\n')[0],
      icon: actionWords[action.action].icon,
      words: actionWords[action.action].verb,
      run: ways.ask({ to: 'act', action, deploymentId: deployment.id, params }),
    };
  });
}
