import { z } from 'zod';

// The page's policy makes no program of a text: zod does not try to.
z.config({ jitless: true });

const variableName = /^[A-Za-z_][A-Za-z0-9_]*$/;
const slug = /^([a-z0-9]([a-z0-9-]*[a-z0-9])?)?$/;
const kib = 1024;

const variable = z.object({
  name: z.string(),
  value: z.string(),
  /** build says that the build sees it, too. */
  build: z.boolean(),
  /** example, comment and file are what the source says of it; empty for one that the user has added. */
  example: z.string(),
  comment: z.string(),
  file: z.string(),
});

/** DraftVariable is a row of the variables. */
export type DraftVariable = z.infer<typeof variable>;

const variables = z.array(variable).superRefine((rows, context) => {
  const seen = new Set<string>();

  rows.forEach(({ name, value }, row) => {
    const issue = (message: string, field = 'name') => context.addIssue({ code: 'custom', message, path: [row, field] });
    if (!name) {
      if (value) issue('Give it a name.');
      return;
    }
    if (!variableName.test(name)) issue('A name has letters, digits and underscores, and begins with no digit.');
    else if (name.startsWith('ZEITWORK_')) issue('Names that begin with ZEITWORK_ are the platform’s own.');
    else if (seen.has(name)) issue('There is one of this name above.');
    if (value.length > 64 * kib) issue('This is too long: 64 KiB are allowed.', 'value');
    if (name === 'PORT' && value && !/^\d{1,5}$/.test(value)) issue('PORT is a number.', 'value');
    seen.add(name);
  });
});

/** draftSchema is what the platform would refuse, said before it is asked. */
export const draftSchema = z.object({
  name: z.string().trim().min(1, 'Give the project a name.').max(100, 'A name has 100 characters at the most.'),
  slug: z
    .string()
    .max(40, 'It has 40 characters at the most.')
    .regex(slug, 'Lower-case letters, digits and hyphens, with a letter or digit at both ends.'),
  /** proposed is the slug that the page has shown as free for the name; empty while it looks. */
  proposed: z.string(),
  instances: z.number('Give a number.').int('Give a whole number.').min(1, 'One at least.').max(100, '100 at the most.'),
  memory: z.string(),
  cpu: z.string(),
  port: z.string().regex(/^(\d{1,5})?$/, 'A port is a number up to 65535; empty for what was detected.'),
  healthPath: z
    .string()
    .max(255)
    .regex(/^(\/.*)?$/, 'A path begins with a slash.'),
  releaseCommand: z.string().max(1000, 'A command has 1,000 characters at the most.'),
  previews: z.enum(['off', 'branches', 'pull_requests']),
  variables,
});

/** Draft is what the user has decided of a project that is not there yet. */
export type Draft = z.infer<typeof draftSchema>;

export const emptyDraft: Draft = {
  name: '',
  slug: '',
  proposed: '',
  instances: 1,
  memory: String(512 * kib * kib),
  cpu: '1000',
  port: '',
  healthPath: '',
  releaseCommand: '',
  previews: 'off',
  variables: [],
};

/** settingsOf are the settings of a project as /v1 takes them. */
export function settingsOf(draft: Draft) {
  return {
    instances: draft.instances,
    cpu_millis: Number(draft.cpu),
    memory_bytes: Number(draft.memory),
    previews: draft.previews,
    build_variables: writtenOf(draft)
      .filter((each) => each.build)
      .map((each) => each.name),
    ...(draft.port ? { port: Number(draft.port) } : {}),
    ...(draft.healthPath ? { health_path: draft.healthPath } : {}),
    ...(draft.releaseCommand.trim() ? { release_command: draft.releaseCommand.trim() } : {}),
  };
}

/** writtenOf are the variables that are written: a row that the source asks for and that has no value is left out. */
export function writtenOf(draft: Pick<Draft, 'variables'>): DraftVariable[] {
  return draft.variables.filter((each) => each.name && (each.value || !each.file));
}
