import { describe, expect, it } from 'vitest';
import type { Schemas } from '@/api/client';
import { sentenceOf } from './sentence';

const event = (action: string, details: Record<string, unknown> = {}) => ({ action: action as Schemas['AuditEvent']['action'], details });

describe('sentenceOf', () => {
  it.each([
    ['project.create', { slug: 'shop' }, 'made the project shop'],
    ['deployment.create', { trigger: 'push', commit: '0123456789abcdef', project: 'shop' }, 'started a deployment of 0123456 to shop'],
    ['deployment.create', {}, 'started a deployment'],
    ['project.delete', {}, 'deleted a project'],
    ['project.delete', { slug: 'shop', for_good: true }, 'deleted the project shop for good'],
    ['project.restore', { slug: 'old-shop', slug_before: 'shop' }, 'restored the project old-shop, which was shop'],
    ['project.purge', { slug: 'shop' }, 'deleted the project shop for good'],
    ['project.update', { changed: ['port', 'instances'] }, 'changed port, instances of a project'],
    ['environment_variable.set', { name: 'KEY', scope: 'preview' }, 'wrote the variable KEY for previews'],
    ['environment_variable.set', { name: 'KEY', scope: 'all' }, 'wrote the variable KEY'],
    ['environment_variable.access', { readable: true }, 'let owners read the values'],
    ['environment_variable.access', { readable: false }, 'hid the values'],
    [
      'environment_variable.import',
      { scope: 'all', created: ['A', 'B'], replaced: null, deleted: ['C'] },
      'changed variables: created A, B; deleted C',
    ],
    ['domain.update', { hostname: 'a.example', redirect_to: 'b.example' }, 'had visitors of a.example sent on to b.example'],
    ['token.create', { token: 'ci', role: 'viewer' }, 'made the token ci'],
    ['invitation.accept', { role: 'viewer' }, 'joined as viewer'],
    ['organisation.update', { name: 'Acme', slug: 'acme' }, 'named the organisation Acme'],
    ['organisation.update', { slug: 'b', slug_before: 'a' }, 'changed its slug from a to b'],
    ['organisation.update', { name: 'Acme', slug: 'b', slug_before: 'a' }, 'named the organisation Acme and changed its slug from a to b'],
    ['organisation.update', {}, 'changed the organisation'],
    ['member.leave', {}, 'left the organisation'],
  ])('says of %s with %j: %s', (action, details, sentence) => {
    expect(sentenceOf(event(action, details))).toBe(sentence);
  });

  it('names the project that an event is about', () => {
    expect(sentenceOf(event('environment_variable.set', { name: 'KEY', scope: 'production' }), 'shop')).toBe(
      'wrote the variable KEY of shop for production',
    );
    expect(sentenceOf(event('project.update', { changed: ['memory_bytes'] }), 'shop')).toBe('changed memory bytes of shop');
  });

  it('names an action that it does not know', () => {
    expect(sentenceOf(event('moon.land'))).toBe('did moon.land');
    expect(sentenceOf(event('constructor'))).toBe('did constructor');
  });

  it('does without details that are of another kind', () => {
    expect(sentenceOf(event('project.create', { slug: { a: 1 } }))).toBe('made a project');
    expect(sentenceOf(event('project.create', { slug: null }))).toBe('made a project');
  });

  it('leaves hostile text as text', () => {
    expect(sentenceOf(event('domain.create', { hostname: '<img src=x onerror=alert(1)>' }))).toBe(
      'added the domain <img src=x onerror=alert(1)>',
    );
  });
});
