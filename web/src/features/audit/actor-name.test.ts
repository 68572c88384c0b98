import { describe, expect, it } from 'vitest';
import { actorName } from './actor-name';

describe('actorName', () => {
  const members = [{ user: { id: 'u', name: 'Ada', email: 'ada@example.com' }, role: 'owner' as const, created_at: '' }];

  it('is the name of a user, or the login', () => {
    expect(actorName({ actor: { kind: 'user', id: 'u', name: 'Ada' } }, members)).toBe('Ada');
    expect(actorName({ actor: { kind: 'user', id: 'u', login: 'ada' } }, members)).toBe('ada');
  });

  it('names a token with the member that made it', () => {
    expect(actorName({ actor: { kind: 'token', id: 't', name: 'ci' }, user_id: 'u' }, members)).toBe('A token (ci) of Ada');
    expect(actorName({ actor: { kind: 'token', id: 't' }, user_id: 'gone' }, members)).toBe('A token');
  });

  it('knows who has no name', () => {
    expect(actorName({ actor: { kind: 'platform' } }, members)).toBe('The platform');
    expect(actorName({ actor: { kind: 'user' } }, members)).toBe('Somebody');
  });
});
