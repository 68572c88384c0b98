import { Box, FileText } from 'lucide-react';
import type { Schemas } from '@/api/client';
import { organisationPlaces, projectPlaces } from '@/features/shell/places';
import type { Command } from './command';
import type { Here } from './here';
import type { Ways } from './ways';

/** pageCommands are the pages of the organisation. */
export function pageCommands({ organisation }: Here, { go }: Ways): Command[] {
  if (!organisation) return [];

  return organisationPlaces.map(({ name, icon, path }) => {
    const to = `/o/${organisation.slug}${path}`;
    return { id: `page${path}`, name, icon, to, run: go(to) };
  });
}

/** projectPageCommands are the pages of the project that is shown. */
export function projectPageCommands({ organisation, project }: Here, { go }: Ways): Command[] {
  if (!organisation || !project) return [];

  const base = `/o/${organisation.slug}/projects/${project.slug}`;
  return projectPlaces.map(({ name, path }) => ({
    id: `project ${project.id}${path}`,
    name,
    icon: FileText,
    words: `${project.slug} ${project.name}`,
    to: base + path,
    run: go(base + path),
  }));
}

/** otherProjectCommands are the projects of the user, each with its pages, without the one that is shown: its pages stand in a group of their own. */
export function otherProjectCommands(
  { organisation, organisations, project }: Here,
  projects: Schemas['Project'][],
  { go }: Ways,
): Command[] {
  return projects.flatMap((each) => {
    const owner = organisations.find(({ id }) => id === each.organisation_id);
    if (!owner || each.id === project?.id) return [];

    const isElsewhere = owner.id !== organisation?.id;
    return projectPlaces.map(({ name, path }) => ({
      id: `project ${each.id}${path}`,
      name: path ? `${each.slug} › ${name}` : each.slug,
      hint: isElsewhere ? owner.name || owner.slug : undefined,
      words: `${each.name} project`,
      icon: Box,
      searchedOnly: path !== '' || isElsewhere,
      run: go(`/o/${owner.slug}/projects/${each.slug}${path}`),
    }));
  });
}
