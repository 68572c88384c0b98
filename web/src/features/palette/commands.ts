import type { Schemas } from '@/api/client';
import type { Group } from './command';
import type { Here } from './here';
import { organisationCommands, switchCommands } from './organisation-commands';
import { otherProjectCommands, pageCommands, projectPageCommands } from './page-commands';
import { ownCommands, platformCommands } from './platform-commands';
import { projectCommands } from './project-commands';
import type { Ways } from './ways';

/**
 * commandsFor is every page, project and action that the palette knows here, in groups: what is nearest first. What the user's role may not do is not
 * among it.
 */
export function commandsFor(here: Here, found: Schemas['Project'][], ways: Ways): Group[] {
  const { project, projects } = here;
  const known = new Set(projects.map(({ id }) => id));
  const more = found.filter(({ id }) => !known.has(id));

  return [
    { value: project ? `Actions in ${project.slug}` : 'Actions in the project', items: projectCommands(here, ways) },
    { value: project ? `Pages of ${project.slug}` : 'Pages of the project', items: projectPageCommands(here, ways) },
    { value: 'Projects', items: otherProjectCommands(here, projects, ways) },
    { value: 'Actions', items: organisationCommands(here, ways) },
    { value: 'Pages', items: pageCommands(here, ways) },
    { value: 'Platform', items: platformCommands(here, ways) },
    { value: 'Organisations', items: switchCommands(here, ways) },
    { value: 'You', items: ownCommands(ways) },
    { value: 'More projects', items: otherProjectCommands(here, more, ways), late: true },
  ].filter(({ items }) => items.length > 0);
}
